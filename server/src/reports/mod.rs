//! Pages that are documents: what they say is composed here, from answers, one file a page. How a document is drawn,
//! `app` knows.

mod alike;
mod amounts;
mod bands;
mod blocked;
mod cells;
mod conversations;
pub mod cost;
mod cure;
mod flows;
mod group;
mod groups;
mod interface;
mod links;
mod rejects;
mod replay;
pub mod say;
mod self_test;
mod setup;
mod sources;
mod times;
mod views;
pub mod waterfall;
mod week;
mod why;

use self::times::Times;
use crate::advice::Adviser;
use crate::clock;
use crate::cost::Costs;
use crate::self_test::Tests;
use crate::views::Views;
use app::ports::{Flows, Reports};
use async_trait::async_trait;
use contract::report::{Block, Drawing, Head, Long, Table, Way};
use contract::{Page, Refusal, RefusalKind, Report, View, link};
use std::sync::Arc;

/// Composes documents from what these answer.
#[derive(Clone)]
pub struct Composer {
    /// Who answers questions.
    pub flows: Arc<dyn Flows>,
    /// Who says what flow logs cost.
    pub costs: Arc<dyn Costs>,
    /// Who tries the sources.
    pub tests: Arc<dyn Tests>,
    /// Who keeps views.
    pub views: Views,
    /// Who gives advice.
    pub adviser: Arc<Adviser>,
}

#[async_trait]
impl Reports for Composer {
    async fn report(&self, page: Page, view: &View, offset_secs: i64) -> Result<Report, Refusal> {
        let times = Times::of(offset_secs);
        let mut report = match page {
            Page::Conversations => conversations::compose(self.flows.as_ref(), &self.adviser, view).await?,
            Page::Rejects => rejects::compose(self.flows.as_ref(), view, times).await?,
            Page::Flows => flows::compose(self.flows.as_ref(), view).await?,
            Page::Interface => interface::compose(self.flows.as_ref(), &self.adviser, view).await?,
            Page::Views => views::compose(&self.views, view, clock::now()).await?,
            Page::Blocked => blocked::compose(self.adviser.as_ref(), view, times).await?,
            Page::Groups => groups::compose(self.adviser.as_ref(), view, times).await?,
            Page::Replay => replay::compose(self.adviser.as_ref(), view).await?,
            Page::Cost => cost::compose(self.costs.as_ref(), view).await?,
            Page::Setup => setup::compose(self.costs.as_ref(), view).await?,
            Page::SelfTest => self_test::compose(self.tests.as_ref(), view).await,
            Page::Overview | Page::Coverage => return Err(no_document(page)),
        };
        times.tell(&mut report);
        name_files(&mut report, page, view);
        Ok(report)
    }
}

/// Every table is also a file, and every drawing; of what is scrolled through, as much as one answer holds.
fn name_files(report: &mut Report, page: Page, view: &View) {
    let link = link::encode(view);
    let file = |head: &mut Head, label: &str, ending: &str, link: &str| {
        let href = format!("/api/v1/report/{}/{}.{ending}?{link}", page.name(), head.id);
        head.ways.push(Way { label: label.to_owned(), href });
    };
    report.each_block(|block| match block {
        Block::Table(table) => file(&mut table.head, "CSV", "csv", &link),
        Block::Long(Long { table, .. }) => {
            file(&mut table.head, "CSV, up to 10 000 records", "csv", &link::encode(&flows::whole(view)));
        }
        Block::Drawing(Drawing { table: Table { head, .. }, .. }) => {
            for (label, ending) in [("CSV", "csv"), ("SVG", "svg"), ("PNG", "png")] {
                file(head, label, ending, &link);
            }
        }
        _ => {}
    });
}

fn no_document(page: Page) -> Refusal {
    let message = format!("the page {} is no document", page.label());
    Refusal::new(RefusalKind::NotFound, message, "Open it in a browser.")
}
