//! Turns the table of links into conversations, five minutes at a time.
//! Knows nothing of text or files; what it makes goes to the windows as records.

use crate::crowd::Outside;
use crate::faults::Fault;
use crate::flow::{Cause, Connection, Record, Talk, log_attempt};
use crate::links::{Crowd, Habit, LINKS, Link, Party, Retry, TCP};
use crate::path::{End, Passage, Path};
use crate::rhythm::{Calendar, DEPLOY_SECS, Rhythm};
use crate::roles::ROLES;
use crate::seed::Dice;
use crate::windows::Windows;
use crate::world::World;
use crate::{Size, WINDOW_SECS};

/// A refused client never waits longer than this before it tries again.
const LONGEST_PAUSE_SECS: i64 = 60;
/// Late packets per closed connection with somebody outside, and inside.
const LATE: (f64, f64) = (0.006, 0.0005);

/// What every conversation needs to know of its surroundings.
struct Place<'a> {
    world: &'a World,
    calendar: &'a Calendar,
    outside: Outside,
    used: Vec<u64>,
}

/// All links at work.
pub(crate) struct Demand<'a> {
    place: Place<'a>,
    links: Vec<LinkState>,
    live: Vec<Connection>,
    dice: Dice,
}

/// A link and where its clients stand.
struct LinkState {
    link: &'static Link,
    clients: Vec<usize>,
    servers: Vec<usize>,
    /// Conversations a minute at the peak, in this size of VPC.
    per_minute: f64,
    slots: Vec<Slot>,
    /// For each client: its refused attempt, while there is one.
    waiting: Vec<Option<Waiting>>,
    dice: Dice,
}

/// A pooled connection's place: who, to whom, when next.
#[derive(Clone, Copy)]
struct Slot {
    ends: (usize, usize),
    waiting: Waiting,
}

/// When a client tries again, and how often it was refused in a row.
#[derive(Clone, Copy)]
struct Waiting {
    at: i64,
    refused: u32,
}

/// What became of an attempt.
enum Attempt {
    /// It talks until then.
    Talks(i64),
    /// Refused, or never answered.
    Refused,
    /// There was no way to try.
    NoRoute,
}

impl<'a> Demand<'a> {
    /// All links of a world, pooled connections opened before the span begins.
    pub(crate) fn new(seed: u64, size: Size, world: &'a World, calendar: &'a Calendar) -> Self {
        let links = LINKS.iter().map(|link| LinkState::new(seed, size, world, calendar, link)).collect();
        let outside = Outside::build(seed, size, world);
        let place = Place { world, calendar, outside, used: vec![0; world.rule_count()] };
        Self { place, links, live: Vec::new(), dice: Dice::stream(seed, "talk") }
    }

    /// Everything that is said in the window that starts at `from`.
    pub(crate) fn window(&mut self, from: i64, windows: &mut Windows) {
        let until = from + WINDOW_SECS;
        for state in &mut self.links {
            match state.link.habit {
                Habit::Requests { secs, .. } => {
                    state.requests(&mut self.place, &mut self.live, secs, from, windows);
                }
                Habit::Pool { secs, retry, .. } => {
                    state.pool(&mut self.place, &mut self.live, (secs, retry), until, windows);
                }
            }
        }
        let dice = &mut self.dice;
        self.live.retain_mut(|connection| {
            connection.advance(until, dice, &mut |record| windows.push(record));
            !connection.over()
        });
    }

    /// How many conversations each rule permitted, by the rule's index; scanners add theirs.
    pub(crate) fn rule_use(&mut self) -> &mut [u64] {
        &mut self.place.used
    }
}

impl LinkState {
    fn new(seed: u64, size: Size, world: &World, calendar: &Calendar, link: &'static Link) -> Self {
        let mut dice = Dice::stream(seed, link.name);
        let (clients, servers) = (members(world, link.clients), members(world, link.servers));
        let per_minute = match link.habit {
            Habit::Requests { per_minute, .. } => per_minute * growth(size),
            Habit::Pool { .. } => 0.0,
        };
        let slots = match link.habit {
            Habit::Pool { fan, secs, .. } => slots(&clients, &servers, fan)
                .into_iter()
                .map(|ends| {
                    let at = calendar.begin - dice.between(0, secs.0);
                    Slot { ends, waiting: Waiting { at, refused: 0 } }
                })
                .collect(),
            Habit::Requests { .. } => Vec::new(),
        };
        let waiting = vec![None; clients.len()];
        Self { link, clients, servers, per_minute, slots, waiting, dice }
    }

    fn requests(
        &mut self,
        place: &mut Place<'_>,
        live: &mut Vec<Connection>,
        secs: (i64, i64),
        from: i64,
        windows: &mut Windows,
    ) {
        for minute in (from..from + WINDOW_SECS).step_by(60) {
            let noise = (1.0 + 0.12 * self.dice.bell()).max(0.0);
            let expected = self.per_minute * self.link.rhythm.level(minute) * noise;
            for _ in 0..self.dice.count(expected) {
                let at = minute + self.dice.between(0, 59);
                let client = self.dice.below(self.clients.len());
                if self.waiting.get(client).is_some_and(Option::is_some) {
                    continue;
                }
                if let Attempt::Refused = self.request(place, live, client, secs, at, windows) {
                    self.remember(client, at, 1);
                }
            }
        }
        self.retries(place, live, secs, from + WINDOW_SECS, windows);
    }

    /// Clients that were refused try again, later and later, and make no other requests meanwhile.
    fn retries(
        &mut self,
        place: &mut Place<'_>,
        live: &mut Vec<Connection>,
        secs: (i64, i64),
        until: i64,
        windows: &mut Windows,
    ) {
        for client in 0..self.waiting.len() {
            while let Some(Waiting { at, refused }) = self.waiting[client] {
                if at >= until {
                    break;
                }
                self.waiting[client] = None;
                if let Attempt::Refused = self.request(place, live, client, secs, at, windows) {
                    self.remember(client, at, refused + 1);
                }
            }
        }
    }

    fn remember(&mut self, client: usize, at: i64, refused: u32) {
        let at = at + pause_secs(refused, &mut self.dice);
        if let Some(waiting) = self.waiting.get_mut(client) {
            *waiting = Some(Waiting { at, refused });
        }
    }

    fn request(
        &mut self,
        place: &mut Place<'_>,
        live: &mut Vec<Connection>,
        client: usize,
        secs: (i64, i64),
        at: i64,
        windows: &mut Windows,
    ) -> Attempt {
        let ipv6 = self.dice.chance(self.link.ipv6);
        let client = self.clients.get(client).copied();
        let server = self.dice.pick(&self.servers);
        let ends = (
            self.end(place, self.link.clients, client, ipv6),
            self.end(place, self.link.servers, server, ipv6),
        );
        let (Some(from), Some(to)) = ends else { return Attempt::NoRoute };
        let end = at + self.dice.between(secs.0, secs.1);
        let windows_long = ((end - at) / 60 + 1) as f64;
        let size = self.dice.spread();
        let payload = (self.link.payload.0 * size / windows_long, self.link.payload.1 * size / windows_long);
        let talk = Talk { span: (at, end), payload, rhythm: Rhythm::Flat, steady: true };
        self.attempt(place, live, (from, to), talk, windows)
    }

    fn end(&mut self, place: &Place<'_>, party: Party, interface: Option<usize>, ipv6: bool) -> Option<End> {
        match party {
            Party::Crowd(crowd) => self.host(place, crowd, ipv6),
            Party::Roles(_) => interface.map(|interface| End::Inside { interface, ipv6 }),
        }
    }

    fn host(&mut self, place: &Place<'_>, crowd: Crowd, ipv6: bool) -> Option<End> {
        place.outside.pick(crowd, ipv6, &mut self.dice).map(End::Outside)
    }

    fn pool(
        &mut self,
        place: &mut Place<'_>,
        live: &mut Vec<Connection>,
        (secs, retry): ((i64, i64), Retry),
        until: i64,
        windows: &mut Windows,
    ) {
        for slot in 0..self.slots.len() {
            while self.slots[slot].waiting.at < until {
                let Slot { ends: (client, server), waiting: Waiting { at, refused } } = self.slots[slot];
                let ipv6 = self.dice.chance(self.link.ipv6);
                let ends = (End::Inside { interface: client, ipv6 }, End::Inside { interface: server, ipv6 });
                let end = self.life_end(place.calendar, at, secs);
                let steady = self.link.rhythm == Rhythm::Flat;
                let talk =
                    Talk { span: (at, end), payload: self.link.payload, rhythm: self.link.rhythm, steady };
                self.slots[slot].waiting = match self.attempt(place, live, ends, talk, windows) {
                    Attempt::Talks(end) => Waiting { at: end + self.dice.between(1, 5), refused: 0 },
                    Attempt::NoRoute => Waiting { at: i64::MAX, refused: 0 },
                    Attempt::Refused => {
                        let pause = match retry {
                            Retry::Backoff => pause_secs(refused + 1, &mut self.dice),
                            Retry::Every(secs) => secs,
                        };
                        Waiting { at: at + pause, refused: refused + 1 }
                    }
                };
            }
        }
    }

    /// A deployment restarts what follows the business day; everything else lives its life.
    fn life_end(&mut self, calendar: &Calendar, at: i64, secs: (i64, i64)) -> i64 {
        let end = at + self.dice.between(secs.0, secs.1);
        let restart = calendar.next_deployment(at) + self.dice.between(0, DEPLOY_SECS);
        if self.link.rhythm == Rhythm::Business { end.min(restart) } else { end }
    }

    fn attempt(
        &mut self,
        place: &mut Place<'_>,
        live: &mut Vec<Connection>,
        ends: (End, End),
        talk: Talk,
        windows: &mut Windows,
    ) -> Attempt {
        let (link, at) = (self.link, talk.span.0);
        let Some(path) = Path::build(place.world, &mut self.dice, ends, link.protocol, link.port) else {
            return Attempt::NoRoute;
        };
        let passage = path.passage(place.world, at, &mut place.used);
        let mut log = |record: Record| windows.push(record);
        if passage != Passage::Open || !link.answered {
            let cause = cause(link, passage);
            log_attempt(&path, passage, link.protocol, at, cause, &mut self.dice, &mut log);
            return Attempt::Refused;
        }
        let mut connection =
            Connection::open(path, link.protocol, talk, place.calendar.begin, &mut self.dice);
        let foreign = matches!(ends, (End::Outside(_), _) | (_, End::Outside(_)));
        if link.protocol == TCP && self.dice.chance(if foreign { LATE.0 } else { LATE.1 }) {
            connection.late_packet(&mut self.dice).into_iter().for_each(&mut log);
        }
        // What is over within a window needs no second look.
        if talk.span.1 - at < 60 {
            connection.advance(i64::MAX, &mut self.dice, &mut log);
        } else if !connection.over() {
            live.push(connection);
        }
        Attempt::Talks(talk.span.1)
    }
}

fn cause(link: &Link, passage: Passage) -> Cause {
    let (Passage::StoppedThere(_, layer) | Passage::StoppedBack(_, layer)) = passage else {
        return Cause::Ordinary;
    };
    let place = link
        .fault
        .filter(|fault| fault.layer() == layer)
        .and_then(|fault| Fault::ALL.iter().position(|known| *known == fault));
    place.map_or(Cause::Unexplained, Cause::Fault)
}

fn members(world: &World, party: Party) -> Vec<usize> {
    match party {
        Party::Roles(roles) => roles.iter().flat_map(|&role| world.of_role(role)).collect(),
        Party::Crowd(_) => Vec::new(),
    }
}

/// Each client's servers: as many as `fan` says, dealt out so that all servers get their share.
fn slots(clients: &[usize], servers: &[usize], fan: usize) -> Vec<(usize, usize)> {
    let mut slots = Vec::new();
    for (turn, &client) in clients.iter().enumerate() {
        let wanted = fan.min(servers.len());
        let dealt =
            (0..wanted).filter_map(|step| servers.get((turn * wanted + step) % servers.len()).copied());
        slots.extend(dealt.filter(|&server| server != client).map(|server| (client, server)));
    }
    slots
}

/// One, two, four … seconds, a minute at most, and up to a quarter more so that clients do not march in step.
fn pause_secs(refused: u32, dice: &mut Dice) -> i64 {
    let pause = (1_i64 << refused.min(6)).min(LONGEST_PAUSE_SECS);
    pause + dice.between(0, pause / 4 + 1)
}

/// How much more is asked of a larger VPC: in proportion to its interfaces.
fn growth(size: Size) -> f64 {
    let count = |size| ROLES.iter().map(|spec| spec.count(size)).sum::<usize>() as f64;
    count(size) / count(Size::Small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_never_join_a_machine_to_itself() {
        let slots = slots(&[1, 2, 3], &[1, 2, 3], 2);
        assert!(slots.iter().all(|(client, server)| client != server));
        assert!(!slots.is_empty());
    }

    #[test]
    fn pauses_grow_and_stop_at_a_minute() {
        let mut dice = Dice::stream(1, "pause");
        assert!(pause_secs(1, &mut dice) <= 4);
        assert!(pause_secs(3, &mut dice) >= 8);
        assert!((60..=76).contains(&pause_secs(40, &mut dice)));
    }

    #[test]
    fn links_have_names_of_their_own() {
        let names: std::collections::BTreeSet<_> = LINKS.iter().map(|link| link.name).collect();
        assert_eq!(names.len(), LINKS.len());
    }
}
