//! The newest objects of sources that are asked directly: the last days are listed, and everything only where nothing lies
//! in them.

use crate::decode::origin_of;
use crate::direct::Direct;
use crate::error::LakeError;
use crate::feed::Feed;
use crate::measured::DAY_SECS;
use futures::StreamExt;
use std::cmp::Reverse;
use store::ObjectMeta;

/// Most objects told: two days of a flow log that delivers one in every five minutes.
const MOST: usize = 512;

impl Direct {
    /// Objects of the last so many days, or of all time where these hold none; newest first, not more than a few hundred.
    /// Those whose names tell no time are as new as they were written.
    pub(crate) async fn newest<'a>(
        &'a self,
        source: Option<&'a str>,
        days: u32,
        now: i64,
    ) -> Result<Vec<(&'a Feed, ObjectMeta)>, LakeError> {
        let recent = now - i64::from(days) * DAY_SECS..now + DAY_SECS;
        for span in [Some(recent), None] {
            let mut newest: Vec<(&'a Feed, ObjectMeta)> = Vec::new();
            for feed in self.wanted(source) {
                let mut pages = feed.source.list(span.clone());
                while let Some(page) = pages.next().await {
                    newest.extend(page?.into_iter().map(|object| (feed, object)));
                    newest.sort_by_key(|(_, object)| Reverse(origin_of(object).stamp));
                    newest.truncate(MOST);
                }
            }
            if !newest.is_empty() {
                return Ok(newest);
            }
        }
        Ok(Vec::new())
    }
}
