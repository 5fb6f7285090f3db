//! Answers to a question that keeps changing: the newest question wins, an older request is dropped at once, and what
//! was answered last stays on screen meanwhile. Knows neither what is asked nor how it is drawn.

use contract::{Refusal, View};
use futures::future::{AbortHandle, Abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// An answer on its way.
#[derive(Debug)]
pub struct Load<T> {
    /// The last answer, perhaps to an older question.
    pub value: Option<Arc<T>>,
    /// Why there is no newer answer.
    pub refusal: Option<Refusal>,
    /// Whether a request is under way.
    pub busy: bool,
    /// Whether `value` answers another question than the one asked now.
    pub stale: bool,
}

impl<T> Clone for Load<T> {
    fn clone(&self) -> Self {
        Load { value: self.value.clone(), refusal: self.refusal.clone(), busy: self.busy, stale: self.stale }
    }
}

impl<T> Default for Load<T> {
    fn default() -> Self {
        Load { value: None, refusal: None, busy: false, stale: false }
    }
}

impl<T> Load<T> {
    /// What the server wrote into the page.
    fn opened(first: Option<Result<T, Refusal>>) -> Self {
        match first {
            Some(Ok(value)) => Load { value: Some(Arc::new(value)), ..Load::default() },
            Some(Err(refusal)) => Load { refusal: Some(refusal), ..Load::default() },
            None => Load { busy: true, ..Load::default() },
        }
    }

    /// A question was sent; `same` when the value on screen already answers it.
    fn asked(&mut self, same: bool) {
        self.busy = true;
        self.stale = self.stale || !same;
        if !same {
            self.refusal = None;
        }
    }

    fn answered(&mut self, answer: Result<T, Refusal>) {
        let value_is_old = self.stale;
        match answer {
            Ok(value) => *self = Load { value: Some(Arc::new(value)), ..Load::default() },
            Err(refusal) => {
                // An old answer to the same question is worth keeping; one to another question would mislead.
                let value = self.value.take().filter(|_| !value_is_old);
                *self = Load { stale: value.is_some(), value, refusal: Some(refusal), busy: false };
            }
        }
    }

    /// How the panel looks.
    pub fn face(&self) -> Face {
        match (&self.value, &self.refusal) {
            (None, Some(refusal)) => Face::Refused(refusal.clone()),
            (None, None) => Face::Loading,
            (Some(_), _) if self.stale => Face::Stale,
            (Some(_), _) => Face::Ready,
        }
    }
}

/// The four faces of a panel.
#[derive(Clone, Debug, PartialEq)]
pub enum Face {
    /// Nothing to show yet.
    Loading,
    /// An older answer, while the newer is on its way.
    Stale,
    /// The answer.
    Ready,
    /// No answer: what, why and the cure.
    Refused(Refusal),
}

/// The first answer, and whether it makes asking unnecessary until the question changes.
pub enum First<T> {
    /// Nothing came with the page.
    Nothing,
    /// The whole answer came with the page.
    Whole(Result<T, Refusal>),
    /// A part came with the page (a legend without its curves): shown, and asked for again at once.
    Part(Result<T, Refusal>),
}

impl<T> First<T> {
    /// The whole answer, when there is one.
    pub fn whole(answer: Option<Result<T, Refusal>>) -> Self {
        answer.map_or(First::Nothing, First::Whole)
    }

    /// A part of an answer, when there is one. A refusal is whole: asking again would be refused again.
    pub fn part(answer: Option<Result<T, Refusal>>) -> Self {
        match answer {
            None => First::Nothing,
            Some(Ok(part)) => First::Part(Ok(part)),
            Some(refused) => First::Whole(refused),
        }
    }
}

/// The request under way.
struct Running {
    question: View,
    stop: AbortHandle,
    /// Set when the same question was asked again meanwhile: its data may have grown.
    again: bool,
}

/// What is asked: a view and how often the data changed since the page was opened. `None` waits, `Err` is refused
/// without asking.
pub type Key = Option<Result<(View, u32), Refusal>>;

/// The two ends of a load and what is known about them.
struct Desk<T: Send + Sync + 'static> {
    load: WriteSignal<Load<T>>,
    running: StoredValue<Option<Running>>,
    /// The question the value on screen answers.
    shown: StoredValue<Option<View>>,
}

impl<T: Send + Sync + 'static> Clone for Desk<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Desk<T> {}

/// Asks whenever `key` changes. Nothing is asked on the server, where no effects run.
pub fn latest<T, Fut>(
    first: First<T>,
    key: impl Fn() -> Key + Send + Sync + 'static,
    ask: impl Fn(View) -> Fut + Clone + 'static,
) -> ReadSignal<Load<T>>
where
    T: Send + Sync + 'static,
    Fut: Future<Output = Result<T, Refusal>> + 'static,
{
    let (first, mut came) = match first {
        First::Nothing => (None, Came::Nothing),
        First::Part(answer) => (Some(answer), Came::Part),
        First::Whole(answer) => (Some(answer), Came::Whole),
    };
    let (read, load) = signal(Load::opened(first));
    let desk = Desk { load, running: StoredValue::new(None), shown: StoredValue::new(None) };
    let key = Memo::new(move |_| key());
    Effect::new(move |_| match key.get() {
        None => {}
        Some(Err(refusal)) => {
            desk.stop();
            desk.shown.set_value(None);
            load.set(Load { refusal: Some(refusal), ..Load::default() });
        }
        Some(Ok((question, _))) => match std::mem::replace(&mut came, Came::Nothing) {
            Came::Whole => desk.shown.set_value(Some(question)),
            Came::Part => {
                desk.shown.set_value(Some(question.clone()));
                desk.start(question, ask.clone());
            }
            Came::Nothing => desk.start(question, ask.clone()),
        },
    });
    on_cleanup(move || desk.stop());
    read
}

/// How much of the first answer came with the page.
enum Came {
    Nothing,
    Part,
    Whole,
}

impl<T: Send + Sync + 'static> Desk<T> {
    fn stop(self) {
        if let Some(Some(running)) = self.running.try_update_value(Option::take) {
            running.stop.abort();
        }
    }

    /// Sends `question` unless it is under way already; then it is sent once more afterwards, so that frequent news
    /// about growing data cannot starve a slow answer.
    fn start<Fut>(self, question: View, ask: impl Fn(View) -> Fut + 'static)
    where
        Fut: Future<Output = Result<T, Refusal>> + 'static,
    {
        let is_running = self.running.try_update_value(|running| match running {
            Some(running) if running.question == question => {
                running.again = true;
                true
            }
            _ => false,
        });
        if is_running == Some(true) {
            return;
        }
        self.stop();
        let same = self.shown.with_value(|shown| shown.as_ref() == Some(&question));
        self.load.update(|load| load.asked(same));
        let (handle, ticket) = AbortHandle::new_pair();
        self.running.set_value(Some(Running { question: question.clone(), stop: handle, again: false }));
        spawn_local(async move {
            // An aborted request says nothing: its successor speaks.
            let _ = Abortable::new(self.follow(question, ask), ticket).await;
        });
    }

    async fn follow<Fut>(self, question: View, ask: impl Fn(View) -> Fut)
    where
        Fut: Future<Output = Result<T, Refusal>>,
    {
        loop {
            let answer = ask(question.clone()).await;
            self.shown.try_update_value(|shown| *shown = Some(question.clone()));
            let again = self.running.try_update_value(|running| match running {
                Some(running) if running.again => {
                    running.again = false;
                    true
                }
                _ => {
                    *running = None;
                    false
                }
            });
            // The page may have been left while the answer travelled.
            let is_open = self.load.try_update(|load| load.answered(answer)).is_some();
            if again != Some(true) || !is_open {
                return;
            }
            self.load.try_update(|load| load.asked(true));
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use contract::RefusalKind;

    fn refusal() -> Refusal {
        Refusal::new(RefusalKind::Unavailable, "the server does not answer", "")
    }

    #[test]
    fn a_new_question_dims_the_old_answer_and_a_repeated_one_does_not() {
        let mut load = Load::opened(Some(Ok(1)));
        load.asked(true);
        assert_eq!((load.face(), load.busy), (Face::Ready, true));
        load.asked(false);
        assert_eq!(load.face(), Face::Stale);
        load.answered(Ok(2));
        assert_eq!((load.face(), load.value.as_deref()), (Face::Ready, Some(&2)));
    }

    #[test]
    fn a_refused_question_hides_an_answer_to_another_one() {
        let mut load = Load::opened(Some(Ok(1)));
        load.asked(false);
        load.answered(Err(refusal()));
        assert_eq!(load.face(), Face::Refused(refusal()));
    }

    #[test]
    fn a_failed_refresh_keeps_what_was_known() {
        let mut load = Load::opened(Some(Ok(1)));
        load.asked(true);
        load.answered(Err(refusal()));
        assert_eq!(load.face(), Face::Stale);
        assert_eq!(load.refusal.clone().unwrap(), refusal());
    }

    #[test]
    fn nothing_with_the_page_is_a_skeleton() {
        assert_eq!(Load::<u8>::opened(None).face(), Face::Loading);
    }
}
