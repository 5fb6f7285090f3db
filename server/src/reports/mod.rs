//! Pages that are documents: what they say is composed here, from answers, one file a page. How a document is drawn,
//! `app` knows.

mod blocked;
mod conversations;
mod cure;
mod flows;
mod group;
mod groups;
mod interface;
mod links;
mod rejects;
mod replay;
mod say;
mod views;
mod why;

use crate::advice::Adviser;
use crate::clock;
use crate::views::Views;
use app::ports::{Flows, Reports};
use async_trait::async_trait;
use contract::report::Way;
use contract::{Page, Refusal, RefusalKind, Report, View, link};
use std::sync::Arc;

/// Composes documents from the answers of a port.
#[derive(Clone)]
pub struct Composer {
    flows: Arc<dyn Flows>,
    views: Views,
    adviser: Option<Arc<Adviser>>,
}

impl Composer {
    /// Over this port.
    pub fn new(flows: Arc<dyn Flows>) -> Self {
        Composer { flows, views: Views::nowhere(), adviser: None }
    }

    /// With the saved views.
    #[must_use]
    pub fn keeping(self, views: Views) -> Self {
        Composer { views, ..self }
    }

    /// With somebody to ask for advice.
    #[must_use]
    pub fn advised_by(self, adviser: Arc<Adviser>) -> Self {
        Composer { adviser: Some(adviser), ..self }
    }

    fn adviser(&self, page: Page) -> Result<&Adviser, Refusal> {
        self.adviser.as_deref().ok_or_else(|| no_document(page))
    }
}

#[async_trait]
impl Reports for Composer {
    async fn report(&self, page: Page, view: &View) -> Result<Report, Refusal> {
        let mut report = match page {
            Page::Conversations => conversations::compose(self.flows.as_ref(), view).await?,
            Page::Rejects => rejects::compose(self.flows.as_ref(), view).await?,
            Page::Flows => flows::compose(self.flows.as_ref(), view).await?,
            Page::Interface => interface::compose(self.flows.as_ref(), view).await?,
            Page::Views => views::compose(&self.views, view, clock::now()).await?,
            Page::Blocked => blocked::compose(self.adviser(page)?, view).await?,
            Page::Groups => groups::compose(self.adviser(page)?, view).await?,
            Page::Replay => replay::compose(self.adviser(page)?, view).await?,
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
