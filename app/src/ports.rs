//! What the pages ask of a server, as two traits: the only doors to data.
//! They know neither files nor engines; whoever serves the application implements them and puts them into the context as
//! `Arc<dyn Flows>` and `Arc<dyn Reports>`.

use async_trait::async_trait;
use contract::{
    Conversations, Coverage, Intent, Matrix, Objects, Page, Progress, Records, Refusal, Report, SetAside,
    Summary, Timeline, Top, Values, View,
};
use std::sync::Arc;

/// Answers questions about flow logs. Every method may be called from many requests at once; a caller that loses
/// interest drops the future, and the work behind it should end with it.
#[async_trait]
pub trait Flows: Send + Sync + 'static {
    /// The numbers above the pictures.
    async fn summary(&self, view: &View) -> Result<Arc<Summary>, Refusal>;

    /// Traffic over time, stacked by the view's split.
    async fn timeline(&self, view: &View) -> Result<Arc<Timeline>, Refusal>;

    /// Rejects by the view's rows and time.
    async fn matrix(&self, view: &View) -> Result<Arc<Matrix>, Refusal>;

    /// The view's ranking.
    async fn top(&self, view: &View) -> Result<Arc<Top>, Refusal>;

    /// Conversations with both of their ways ([`contract::conversations`]).
    async fn conversations(&self, view: &View) -> Result<Arc<Conversations>, Refusal>;

    /// The records themselves, a page at a time ([`contract::records`]).
    async fn records(&self, view: &View) -> Result<Arc<Records>, Refusal>;

    /// What of the rejected traffic looks like a mistake ([`contract::intent`]).
    async fn intent(&self, view: &View) -> Result<Arc<Intent>, Refusal>;

    /// The values of a field, counted ([`contract::values`]).
    async fn values(&self, view: &View) -> Result<Arc<Values>, Refusal>;

    /// How completely the view's range is known, whatever its filter.
    async fn coverage(&self, view: &View) -> Result<Arc<Coverage>, Refusal>;

    /// What each object of the view's range brought, whatever its filter.
    async fn objects(&self, view: &View) -> Result<Arc<Objects>, Refusal>;

    /// What was set aside in the view's range, whatever its filter.
    async fn set_aside(&self, view: &View) -> Result<Arc<SetAside>, Refusal>;

    /// How far reading the sources has come. Answers at once, from memory.
    fn progress(&self) -> Progress;
}

/// Composes the pages that are documents. May be called from many requests at once; a caller that loses interest drops
/// the future.
#[async_trait]
pub trait Reports: Send + Sync + 'static {
    /// What `page` says about `view`, with times in a zone that adds `offset_secs` to UTC. A page that is made of pictures
    /// is no document and is not found here.
    async fn report(&self, page: Page, view: &View, offset_secs: i64) -> Result<Report, Refusal>;
}
