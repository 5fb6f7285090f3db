//! Lists one part of a tree, page by page, and keeps what is wanted of it.
//! Which parts there are is found out by `walk`.

use futures::stream::{self, BoxStream, StreamExt};

use crate::error::StoreError;
use crate::keys::Level;
use crate::plan::Window;
use crate::source::ObjectMeta;
use crate::tree::{Depth, Page, Tree, is_readable, level};

/// So many objects without one that could be a flow log, and the place is the wrong one.
pub(crate) const MAX_FOREIGN_OBJECTS: usize = 100_000;

/// A part of the tree to be listed; `newest` orders them.
#[derive(Debug)]
pub(crate) struct Stretch {
    pub newest: i64,
    pub prefix: String,
    pub depth: Depth,
}

/// Where the listing of a stretch stands.
struct Cursor {
    /// The folder being listed and the token of its next page.
    at: Option<(String, Depth, Option<String>)>,
    /// Folders still to be listed, the newest last.
    todo: Vec<(String, Depth)>,
    /// Objects seen before the first readable one; `None` once there was one.
    foreign: Option<usize>,
}

/// Streams the wanted objects of a stretch.
pub(crate) fn list(
    tree: &dyn Tree,
    stretch: Stretch,
    window: Window,
) -> BoxStream<'_, Result<Vec<ObjectMeta>, StoreError>> {
    let cursor =
        Cursor { at: Some((stretch.prefix, stretch.depth, None)), todo: Vec::new(), foreign: Some(0) };
    stream::try_unfold(cursor, move |mut cursor| async move {
        while let Some((prefix, depth, next)) = cursor.at.take() {
            let page = tree.page(&prefix, depth, next).await?;
            let objects = cursor.turn(tree, (prefix, depth), page, window)?;
            if !objects.is_empty() {
                return Ok(Some((objects, cursor)));
            }
        }
        Ok(None)
    })
    .boxed()
}

impl Cursor {
    /// Moves past `page` and returns the wanted objects of it.
    fn turn(
        &mut self,
        tree: &dyn Tree,
        at: (String, Depth),
        page: Page,
        window: Window,
    ) -> Result<Vec<ObjectMeta>, StoreError> {
        let (prefix, depth) = at;
        let goes_on = |folder: &String| {
            depth == Depth::All || matches!(level(tree, folder), Level::Hour(hour) if window.meets(&hour))
        };
        self.todo.extend(page.folders.into_iter().filter(goes_on).map(|folder| (folder, Depth::All)));
        self.at = match page.next {
            Some(next) => Some((prefix, depth, Some(next))),
            None => self.todo.pop().map(|(folder, depth)| (folder, depth, None)),
        };
        self.count_foreign(tree, &page.objects)?;
        Ok(page
            .objects
            .into_iter()
            .filter(|object| window.wants(&format!("{}{}", tree.place(), object.key)))
            .collect())
    }

    fn count_foreign(&mut self, tree: &dyn Tree, objects: &[ObjectMeta]) -> Result<(), StoreError> {
        let Some(before) = self.foreign else { return Ok(()) };
        if objects.iter().any(|object| is_readable(tree, &object.key)) {
            self.foreign = None;
            return Ok(());
        }
        let looked = before + objects.len();
        self.foreign = Some(looked);
        if looked >= MAX_FOREIGN_OBJECTS {
            return Err(StoreError::NotFlowLogs { name: tree.name().into(), looked });
        }
        Ok(())
    }
}
