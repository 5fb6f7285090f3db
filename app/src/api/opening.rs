//! What the server writes into the page itself, so that it can be read before any script runs: the small answers
//! whole, the pictures' without their values (those travel as images, and again to the canvas when it asks).
//! Not an endpoint: a page that is opened by navigation in the browser starts empty and asks for itself.

use crate::headline::Headline;
use crate::signals::use_link::Asked;
use contract::Page;
use contract::{Coverage, Matrix, Progress, Refusal, Summary, Timeline, Top};
use serde::{Deserialize, Serialize};

/// The first answers; each is `None` where the page does not ask, or the answer took too long to wait for with a blank page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// The numbers of the tiles.
    pub summary: Option<Result<Summary, Refusal>>,
    /// The ranking.
    pub top: Option<Result<Top, Refusal>>,
    /// The timeline's legend and provenance: series without values.
    pub timeline: Option<Result<Timeline, Refusal>>,
    /// The heatmap's rows and provenance: rows without values.
    pub matrix: Option<Result<Matrix, Refusal>>,
    /// The sentence.
    pub headline: Option<Result<Headline, Refusal>>,
    /// All of the Coverage page.
    pub coverage: Option<Result<Coverage, Refusal>>,
    /// All of a page that is a document, as HTML.
    pub report: Option<Result<String, Refusal>>,
    /// The state of the sources.
    pub progress: Option<Progress>,
}

/// Asks everything at once on the server; asks nothing in the browser.
#[cfg(not(feature = "ssr"))]
pub async fn open(_page: Page, _asked: Asked) -> Opening {
    Opening::default()
}

#[cfg(feature = "ssr")]
pub use on_the_server::{headline_of, open};

#[cfg(feature = "ssr")]
mod on_the_server {
    use super::{Asked, Headline, Matrix, Opening, Page, Refusal, Timeline};
    use crate::headline;
    use crate::ports::{Flows, Reports};
    use crate::question::{self, HEATMAP_NOMINAL_CSS, TIMELINE_NOMINAL_CSS};
    use contract::View;
    use leptos::prelude::expect_context;
    use std::sync::Arc;
    use std::time::Duration;

    /// How long a page waits for its first answers. What takes longer is asked for again by the page, which shows that
    /// it waits; without scripts its place stays empty.
    const PATIENCE: Duration = Duration::from_millis(2_500);
    /// How long work goes on for a page that asks again. A page without scripts never does.
    const GRACE: Duration = Duration::from_secs(60);

    /// The reader's own zone is known once the page is alive.
    const UTC: i64 = 0;

    /// The answer to a question, unless it takes too long.
    async fn soon<T>(answer: impl Future<Output = Result<T, Refusal>>) -> Option<Result<T, Refusal>> {
        tokio::time::timeout(PATIENCE, answer).await.ok()
    }

    /// The same, for work that would be lost when it is let go: it goes on while the page asks again, and the page's
    /// question finds it done, or waits for it.
    async fn soon_or_later<T: Send + 'static>(
        answer: impl Future<Output = Result<T, Refusal>> + Send + 'static,
    ) -> Option<Result<T, Refusal>> {
        let mut answer = Box::pin(answer);
        let soon = tokio::time::timeout(PATIENCE, &mut answer).await.ok();
        if soon.is_none() {
            tokio::spawn(tokio::time::timeout(GRACE, answer));
        }
        soon
    }

    /// Asks everything at once on the server; asks nothing in the browser.
    pub async fn open(page: Page, asked: Asked) -> Opening {
        let flows = expect_context::<Arc<dyn Flows>>();
        let progress = Some(flows.progress());
        let opening = match (asked.question(), page) {
            (Ok(view), Page::Overview) => overview(flows.as_ref(), view).await,
            (Ok(view), Page::Coverage) => coverage(flows.as_ref(), view).await,
            (Ok(view), page) => report(flows.as_ref(), page, view).await,
            (Err(refusal), _) => refused(refusal),
        };
        Opening { progress, ..opening }
    }

    async fn overview(flows: &dyn Flows, view: &View) -> Opening {
        let (summary_q, top_q) = (question::summary(view), question::top(view));
        let timeline_q = question::timeline(view, TIMELINE_NOMINAL_CSS);
        let matrix_q = question::matrix(view, HEATMAP_NOMINAL_CSS);
        let (summary, top, timeline, matrix, headline) = futures::join!(
            soon(flows.summary(&summary_q)),
            soon(flows.top(&top_q)),
            soon(flows.timeline(&timeline_q)),
            soon(flows.matrix(&matrix_q)),
            soon(headline_of(flows, view)),
        );
        Opening {
            summary: summary.map(|answer| answer.map(Arc::unwrap_or_clone)),
            top: top.map(|answer| answer.map(Arc::unwrap_or_clone)),
            timeline: timeline.map(|answer| answer.map(|t| without_values(&t))),
            matrix: matrix.map(|answer| answer.map(|m| without_cells(&m))),
            headline,
            ..Opening::default()
        }
    }

    async fn coverage(flows: &dyn Flows, view: &View) -> Opening {
        let (summary_q, coverage_q) = (question::summary(view), question::coverage(view));
        let (summary, coverage) =
            futures::join!(soon(flows.summary(&summary_q)), soon(flows.coverage(&coverage_q)));
        Opening {
            summary: summary.map(|answer| answer.map(Arc::unwrap_or_clone)),
            coverage: coverage.map(|answer| answer.map(Arc::unwrap_or_clone)),
            ..Opening::default()
        }
    }

    async fn report(flows: &dyn Flows, page: Page, view: &View) -> Opening {
        let reports = expect_context::<Arc<dyn Reports>>();
        let (summary_q, asked) = (question::summary(view), view.clone());
        let report = async move { reports.report(page, &asked, UTC).await };
        let (summary, report) = futures::join!(soon(flows.summary(&summary_q)), soon_or_later(report));
        Opening {
            summary: summary.map(|answer| answer.map(Arc::unwrap_or_clone)),
            report: report.map(|answer| answer.map(document::html)),
            ..Opening::default()
        }
    }

    /// No question, no answers: every panel says why.
    fn refused(refusal: &Refusal) -> Opening {
        Opening {
            summary: Some(Err(refusal.clone())),
            top: Some(Err(refusal.clone())),
            timeline: Some(Err(refusal.clone())),
            matrix: Some(Err(refusal.clone())),
            headline: Some(Err(refusal.clone())),
            coverage: Some(Err(refusal.clone())),
            report: Some(Err(refusal.clone())),
            progress: None,
        }
    }

    /// What changed most in the view's range.
    pub async fn headline_of(flows: &dyn Flows, view: &View) -> Result<Headline, Refusal> {
        let [timeline_q, matrix_q] = headline::questions(view);
        let summary_q = question::summary(view);
        let (summary, timeline, matrix) =
            futures::join!(flows.summary(&summary_q), flows.timeline(&timeline_q), flows.matrix(&matrix_q));
        Ok(headline::say(view, summary?.as_ref(), timeline?.as_ref(), matrix?.as_ref()))
    }

    fn without_values(timeline: &Timeline) -> Timeline {
        let series =
            timeline.series.iter().map(|s| contract::Series { values: Vec::new(), ..s.clone() }).collect();
        // One number in the place of many: the legend says how much was rejected in all.
        let rejected = vec![timeline.rejected.iter().sum()];
        let earlier = timeline.earlier.as_ref();
        let earlier = earlier.map(|earlier| contract::Earlier { values: Vec::new(), ..earlier.clone() });
        Timeline { series, rejected, earlier, ..timeline.clone() }
    }

    fn without_cells(matrix: &Matrix) -> Matrix {
        let rows =
            matrix.rows.iter().map(|r| contract::MatrixRow { values: Vec::new(), ..r.clone() }).collect();
        Matrix { rows, ..matrix.clone() }
    }
}
