//! The port over the lake: who asks sees answers and refusals, the log sees causes. The only file that knows both.

use crate::advice::Talking;
use crate::clock::now;
use crate::events;
use crate::http::refused;
use app::ports::Flows;
use async_trait::async_trait;
use contract::{
    Conversations, Coverage, Intent, Matrix, Objects, Progress, Records, Refusal, RefusalKind, SetAside,
    Summary, Timeline, Top, Values, View,
};
use lake::{Direct, Feed, Lake, LakeError, Talks};
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

/// The lake as the application's port.
#[derive(Clone, Debug)]
pub struct LakeFlows {
    lake: Lake,
}

impl LakeFlows {
    /// Over this lake.
    pub fn new(lake: Lake) -> Self {
        LakeFlows { lake }
    }
}

#[async_trait]
impl Flows for LakeFlows {
    async fn summary(&self, view: &View) -> Result<Arc<Summary>, Refusal> {
        told("summary", self.lake.summary(view, now())).await
    }

    async fn timeline(&self, view: &View) -> Result<Arc<Timeline>, Refusal> {
        told("timeline", self.lake.timeline(view, now())).await
    }

    async fn matrix(&self, view: &View) -> Result<Arc<Matrix>, Refusal> {
        told("matrix", self.lake.matrix(view, now())).await
    }

    async fn top(&self, view: &View) -> Result<Arc<Top>, Refusal> {
        told("top", self.lake.top(view, now())).await
    }

    async fn conversations(&self, view: &View) -> Result<Arc<Conversations>, Refusal> {
        told("conversations", self.lake.exchanges(view, now())).await
    }

    async fn records(&self, view: &View) -> Result<Arc<Records>, Refusal> {
        told("flows", self.lake.records(view, now())).await
    }

    async fn intent(&self, view: &View) -> Result<Arc<Intent>, Refusal> {
        told("intent", self.lake.intent(view, now())).await
    }

    async fn values(&self, view: &View) -> Result<Arc<Values>, Refusal> {
        told("values", self.lake.values(view, now())).await
    }

    async fn coverage(&self, view: &View) -> Result<Arc<Coverage>, Refusal> {
        told("coverage", self.lake.coverage(view, now())).await
    }

    async fn objects(&self, view: &View) -> Result<Arc<Objects>, Refusal> {
        told("objects", self.lake.objects(view, now())).await
    }

    async fn set_aside(&self, view: &View) -> Result<Arc<SetAside>, Refusal> {
        told("set-aside", self.lake.set_aside(view, now())).await
    }

    fn progress(&self) -> Progress {
        self.lake.progress()
    }
}

#[async_trait]
impl Talking for LakeFlows {
    async fn conversations(&self, view: &View, now: i64) -> Result<(Talks, f64), Refusal> {
        told("conversations", self.lake.conversations(view, now)).await
    }

    fn generation(&self) -> u64 {
        self.lake.progress().generation
    }
}

/// Sources read for each answer, nothing stored, as the application's port.
#[derive(Debug)]
pub struct DirectFlows {
    direct: Direct,
}

impl DirectFlows {
    /// Over these sources.
    pub fn new(feeds: Vec<Feed>) -> Self {
        DirectFlows { direct: Direct::new(feeds) }
    }

    /// Objects that could not be read for the questions so far, with the reason; asking again forgets them.
    pub fn take_unread(&self) -> Vec<(String, String)> {
        self.direct.take_unread()
    }
}

#[async_trait]
impl Flows for DirectFlows {
    async fn summary(&self, view: &View) -> Result<Arc<Summary>, Refusal> {
        told("summary", self.direct.summary(view, now())).await.map(Arc::new)
    }

    async fn timeline(&self, view: &View) -> Result<Arc<Timeline>, Refusal> {
        told("timeline", self.direct.timeline(view, now())).await.map(Arc::new)
    }

    async fn matrix(&self, view: &View) -> Result<Arc<Matrix>, Refusal> {
        told("matrix", self.direct.matrix(view, now())).await.map(Arc::new)
    }

    async fn top(&self, view: &View) -> Result<Arc<Top>, Refusal> {
        told("top", self.direct.top(view, now())).await.map(Arc::new)
    }

    async fn conversations(&self, view: &View) -> Result<Arc<Conversations>, Refusal> {
        told("conversations", self.direct.exchanges(view, now())).await.map(Arc::new)
    }

    async fn records(&self, view: &View) -> Result<Arc<Records>, Refusal> {
        told("flows", self.direct.records(view, now())).await.map(Arc::new)
    }

    async fn intent(&self, view: &View) -> Result<Arc<Intent>, Refusal> {
        told("intent", self.direct.intent(view, now())).await.map(Arc::new)
    }

    async fn values(&self, view: &View) -> Result<Arc<Values>, Refusal> {
        told("values", self.direct.values(view, now())).await.map(Arc::new)
    }

    async fn coverage(&self, view: &View) -> Result<Arc<Coverage>, Refusal> {
        told("coverage", self.direct.coverage(view, now())).await.map(Arc::new)
    }

    async fn objects(&self, view: &View) -> Result<Arc<Objects>, Refusal> {
        told("objects", self.direct.objects(view, now())).await.map(Arc::new)
    }

    async fn set_aside(&self, view: &View) -> Result<Arc<SetAside>, Refusal> {
        told("set-aside", self.direct.set_aside(view, now())).await.map(Arc::new)
    }

    fn progress(&self) -> Progress {
        // Nothing goes on between questions.
        Progress::default()
    }
}

/// Waits for an answer, counts it, and turns an error into what the asker may read.
async fn told<T>(
    name: &'static str,
    asked: impl Future<Output = Result<T, LakeError>>,
) -> Result<T, Refusal> {
    let begun = Instant::now();
    let answer = asked.await.map_err(|error| {
        let refusal = error.refusal();
        if refusal.kind == RefusalKind::Internal { refused::internal(name, &error) } else { refusal }
    });
    let outcome = answer.as_ref().map_or_else(|refusal| kind(refusal.kind), |_| "answered");
    events::question(name, outcome, begun.elapsed());
    answer
}

/// The kind as metrics name it.
const fn kind(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::BadQuestion => "bad-question",
        RefusalKind::Denied => "denied",
        RefusalKind::NotFound => "not-found",
        RefusalKind::Unavailable => "unavailable",
        RefusalKind::TooLarge => "too-large",
        RefusalKind::Unanswerable => "unanswerable",
        RefusalKind::Internal => "internal",
    }
}
