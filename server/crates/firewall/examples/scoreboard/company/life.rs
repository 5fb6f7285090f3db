//! Weeks in the life of a company: wants hour by hour, and everything nobody wants: scanners outside and inside,
//! a machine that was taken over, wrong names typed, a server that was retired while its clients were not told.

use super::people::{DAY, Job, stranger};
use super::policy::is_public;
use super::wants::{Side, TCP, Want};
use super::wire::{Call, Wire};
use std::net::{IpAddr, Ipv4Addr};

const HOUR: i64 = 3_600;
/// Where strangers knock.
const DOORS: [u16; 14] =
    [22, 23, 80, 443, 445, 1_433, 2_375, 3_306, 3_389, 5_432, 5_900, 6_379, 8_080, 9_200];

impl Wire<'_> {
    /// All wants from the beginning to the end.
    pub fn work(&mut self, wants: &[Want], (begin, until): (i64, i64)) {
        for at in (begin..until).step_by(HOUR as usize) {
            for want in wants {
                let level = want.habit.level(at);
                if level > 0.0 {
                    self.hour_of(want, at, level);
                }
            }
        }
    }

    fn hour_of(&mut self, want: &Want, at: i64, level: f64) {
        let by_v6 = want.by_v6 && self.dice.chance(0.4);
        let clients = want.clients.present(&mut self.dice, self.people, at, by_v6);
        let servers = want.servers.present(&mut self.dice, self.people, at, by_v6);
        for (turn, client) in clients.iter().enumerate() {
            for step in 0..want.breadth.min(servers.len()) {
                let server = servers[(turn + step) % servers.len()];
                let times = self.dice.count(level / (want.breadth.min(2) as f64));
                for _ in 0..times {
                    let at = at + self.dice.between(0, HOUR - 700);
                    let call = Call {
                        at,
                        client: *client,
                        server,
                        protocol: want.protocol,
                        port: want.port,
                        cause: "",
                        is_wanted: true,
                        is_silent: false,
                    };
                    if *client != server && !self.call(&call) && want.protocol == TCP {
                        self.retry(&call);
                    }
                }
            }
        }
    }

    /// A client that got nothing tries again, longer and longer apart.
    fn retry(&mut self, call: &Call) {
        let (mut at, mut pause) = (call.at, 30 + self.dice.between(0, 60));
        for _ in 0..self.dice.below(4) {
            at += pause;
            pause *= 2 + self.dice.between(0, 1);
            // What lives for a day does not try on after it.
            if at < self.end
                && self.people.holder(call.client, at) == self.people.holder(call.client, call.at)
            {
                self.call(&Call { at, ..*call });
            }
        }
    }

    /// Everything nobody wants, all of it before the observation ends.
    pub fn trouble(&mut self, begin: i64) {
        let span = (begin, self.end);
        self.fast_scanners(span);
        self.slow_scanner(span);
        self.crowd_at_one_door(span);
        self.behind_a_partner(span);
        self.audit(span);
        self.taken_over(span);
        self.slips(span);
        self.retired(span);
        self.gone(span);
    }

    fn some_time(&mut self, (begin, end): (i64, i64), room: i64) -> i64 {
        begin + self.dice.between(0, (end - begin - room).max(1))
    }

    fn knock(&mut self, client: IpAddr, machine: usize, port: u16, at: i64) {
        let server = IpAddr::V4(self.people.machines[machine].primary);
        let (protocol, cause, is_wanted, is_silent) = (TCP, "scanner", false, false);
        if client != server && self.people.machines[machine].lives(at) {
            self.call(&Call { at, client, server, protocol, port, cause, is_wanted, is_silent });
        }
    }

    fn public(&self) -> Vec<usize> {
        (0..self.people.machines.len()).filter(|one| is_public(self.people, *one)).collect()
    }

    fn fast_scanners(&mut self, span: (i64, i64)) {
        let public = self.public();
        for _ in 0..8 {
            let source = stranger(&mut self.dice);
            let at = self.some_time(span, HOUR);
            for _ in 0..self.dice.between(5, 60) {
                let (machine, port) =
                    (self.dice.pick(&public).unwrap_or(0), self.dice.pick(&DOORS).unwrap_or(22));
                let at = at + self.dice.between(0, HOUR - 1);
                self.knock(source, machine, port, at);
            }
        }
    }

    /// One probe an hour, for days; from the neighbourhood of a partner.
    fn slow_scanner(&mut self, span: (i64, i64)) {
        let public = self.public();
        let Some(IpAddr::V4(base)) = self.people.partners.first().map(|one| one.block.base) else { return };
        let [a, b, c, _] = base.octets();
        let source = IpAddr::V4(Ipv4Addr::new(a, b, c ^ 0x40, 77));
        let begin = self.some_time(span, 4 * DAY);
        for hour in 0..90 {
            let (machine, port) =
                (self.dice.pick(&public).unwrap_or(0), self.dice.pick(&DOORS).unwrap_or(22));
            let at = begin + hour * HOUR + self.dice.between(0, 900);
            self.knock(source, machine, port, at);
        }
    }

    /// Many of one network, each at the same door, again and again: guessing passwords.
    fn crowd_at_one_door(&mut self, span: (i64, i64)) {
        let IpAddr::V4(base) = stranger(&mut self.dice) else { return };
        let [a, b, c, _] = base.octets();
        let (public, port) = (self.public(), self.dice.pick(&[22, 3_389, 5_432, 8_445]).unwrap_or(22));
        let Some(machine) = self.dice.pick(&public) else { return };
        for last in 1..=self.dice.between(2, 9) as u8 {
            let source = IpAddr::V4(Ipv4Addr::new(a, b, c, last * 7));
            for _ in 0..self.dice.between(3, 40) {
                let at = self.some_time(span, HOUR);
                self.knock(source, machine, port, at);
            }
        }
    }

    /// Behind a partner's NAT sits somebody else too.
    fn behind_a_partner(&mut self, span: (i64, i64)) {
        let Some(source) = self.people.partners.first().and_then(|one| one.hosts.first()).copied() else {
            return;
        };
        if !self.dice.chance(0.3) {
            return;
        }
        let (public, at) = (self.public(), self.some_time(span, HOUR));
        for port in [21, 25, 110, 1_433, 3_389, 5_900, 8_888] {
            let machine = self.dice.pick(&public).unwrap_or(0);
            let at = at + self.dice.between(0, HOUR - 1);
            self.knock(source, machine, port, at);
        }
    }

    /// The security team's scanner looks at everything once a week, and is not to be let in.
    fn audit(&mut self, (begin, end): (i64, i64)) {
        let Some(auditor) = self.people.of(Job::Auditor, begin).first().copied() else { return };
        let source = IpAddr::V4(self.people.machines[auditor].primary);
        let ports: Vec<u16> = DOORS.iter().copied().take(6 + self.dice.below(8)).collect();
        for at in (begin + 20 * HOUR..end - DAY).step_by(7 * DAY as usize) {
            for machine in 0..self.people.machines.len() {
                for port in &ports {
                    let at = at + self.dice.between(0, 4 * HOUR);
                    self.knock(source, machine, *port, at);
                }
            }
        }
    }

    /// A machine that does its work, and somebody else's beside it.
    fn taken_over(&mut self, span: (i64, i64)) {
        let victims = [Job::Runner, Job::Web, Job::Mail, Job::Node];
        let victim = self.dice.pick(&victims).and_then(|job| self.people.of(job, span.0).first().copied());
        let Some(victim) = victim.filter(|_| self.dice.chance(0.6)) else { return };
        let source = IpAddr::V4(self.people.machines[victim].primary);
        let all: Vec<usize> = (0..self.people.machines.len()).collect();
        let begin = self.some_time(span, 6 * DAY);
        let (count, ports): (usize, &[u16]) = match self.dice.below(4) {
            // One probe an hour, here and there.
            0 => (140, &DOORS),
            // One door, everywhere.
            1 => (300, &[445]),
            2 => (300, &[5_432]),
            // Everything within a night.
            _ => (600, &DOORS),
        };
        let pause = if count == 140 { HOUR } else { 60 };
        for turn in 0..count {
            let (machine, port) = (self.dice.pick(&all).unwrap_or(0), self.dice.pick(ports).unwrap_or(22));
            self.knock(source, machine, port, begin + turn as i64 * pause);
        }
    }

    /// A wrong name typed, a forgotten tunnel: somebody tries by hand, and stops.
    fn slips(&mut self, span: (i64, i64)) {
        for _ in 0..12 {
            let at = self.some_time(span, DAY);
            let lives = |place: &usize| {
                self.people.machines[*place].lives(at) && !self.people.machines[*place].job.is_managed()
            };
            let alive: Vec<usize> = (0..self.people.machines.len()).filter(lives).collect();
            let (Some(from), Some(to)) = (self.dice.pick(&alive), self.dice.pick(&alive)) else { continue };
            let [client, server] = [from, to].map(|place| IpAddr::V4(self.people.machines[place].primary));
            let port = self.dice.pick(&[22, 80, 443, 3_000, 5_432, 8_081]).unwrap_or(80);
            for turn in 0..self.dice.between(1, 4) {
                let at = at + turn * self.dice.between(3, 50);
                let (protocol, cause, is_wanted, is_silent) = (TCP, "", false, false);
                if from != to {
                    self.call(&Call { at, client, server, protocol, port, cause, is_wanted, is_silent });
                }
            }
        }
    }

    /// The retired server answered until it went; its clients still call.
    fn retired(&mut self, span: (i64, i64)) {
        let Some(server) = self.people.of(Job::Retired, span.0).first().copied() else { return };
        let went = self.people.machines[server].until;
        let server = IpAddr::V4(self.people.machines[server].primary);
        for at in (span.0..span.1).step_by(4 * HOUR as usize) {
            for client in self.people.of(Job::Api, at) {
                let client = IpAddr::V4(self.people.machines[client].primary);
                let at = at + self.dice.between(0, HOUR);
                let (protocol, port, cause, is_wanted, is_silent) = (TCP, 8_090, "", false, at >= went);
                self.call(&Call { at, client, server, protocol, port, cause, is_wanted, is_silent });
            }
        }
    }

    /// An address nobody has any more is called still.
    fn gone(&mut self, span: (i64, i64)) {
        let Some(home) = self.people.subnets.get(4) else { return };
        let IpAddr::V4(base) = home.v4.base else { return };
        let server = IpAddr::V4(Ipv4Addr::from(u32::from(base) + 250));
        for at in (span.0..span.1).step_by(6 * HOUR as usize) {
            for client in Side::Jobs(Job::Api).present(&mut self.dice, self.people, at, false) {
                let (protocol, port, cause, is_wanted, is_silent) = (TCP, 3_306, "", false, true);
                self.call(&Call { at: at + 60, client, server, protocol, port, cause, is_wanted, is_silent });
            }
        }
    }
}
