//! Pages that are documents: what they say is composed here, from answers, one file a page. How a document is drawn,
//! `app` knows.

mod conversations;
pub mod cost;
mod links;
mod self_test;
mod setup;

use crate::cost::Costs;
use crate::self_test::Tests;
use app::ports::{Flows, Reports};
use async_trait::async_trait;
use contract::report::Way;
use contract::{Page, Refusal, RefusalKind, Report, View, link};
use std::sync::Arc;

/// Composes documents from the answers of a port.
#[derive(Clone)]
pub struct Composer {
    flows: Arc<dyn Flows>,
    costs: Arc<dyn Costs>,
    tests: Arc<dyn Tests>,
}

impl Composer {
    /// Over these ports.
    pub fn new(flows: Arc<dyn Flows>, costs: Arc<dyn Costs>, tests: Arc<dyn Tests>) -> Self {
        Composer { flows, costs, tests }
    }
}

#[async_trait]
impl Reports for Composer {
    async fn report(&self, page: Page, view: &View) -> Result<Report, Refusal> {
        let mut report = match page {
            Page::Conversations => conversations::compose(self.flows.as_ref(), view).await?,
            Page::Cost => cost::compose(self.costs.as_ref(), view).await?,
            Page::Setup => setup::compose(self.costs.as_ref(), view).await?,
            Page::SelfTest => self_test::compose(self.tests.as_ref(), view).await,
            Page::Overview | Page::Coverage => return Err(no_document(page)),
        };
        // Every table is also a file.
        report.each_table(|table| {
            let file = format!("/api/v1/report/{}/{}.csv?{}", page.name(), table.head.id, link::encode(view));
            table.head.ways.push(Way { label: "CSV".to_owned(), href: file });
        });
        Ok(report)
    }
}

fn no_document(page: Page) -> Refusal {
    let message = format!("the page {} is no document", page.label());
    Refusal::new(RefusalKind::NotFound, message, "Open it in a browser.")
}
