//! Seams: where the type of a view is forgotten, so that what stands around it is compiled once and not once for every
//! way to fill it.
//!
//! Leptos' own [`IntoAny::into_any`] does the same, but makes the browser load four ways to bring every such view to the
//! page: to build it, to patch it, to take it over from the server's HTML, and to take it over piece by piece while
//! parts of the program are still being loaded. This program is loaded as a whole, so the last is never needed; a view
//! that is made once is never patched either. Views of this application are therefore erased here (`clippy.toml`).

use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::{Mountable, Position, PositionState};

/// Forgets the type of a view.
pub trait Seam {
    /// For what changes while it is on screen, such as a row of a table: the next view is patched into its elements,
    /// which keep the focus.
    fn erased(self) -> AnyView;

    /// For what is made once, such as the foot of a panel, and moves by its own signals: should another take its place
    /// after all, its elements are replaced. It must have an element or something that moves at its top.
    fn piece(self) -> AnyView;
}

impl<V: RenderHtml + 'static> Seam for V {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn erased(self) -> AnyView {
        Kept::<V, false>(self).into_any()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn piece(self) -> AnyView {
        Kept::<V, true>(self).into_any()
    }
}

/// Children of a component, as a [`Seam::piece`].
pub struct Pieces(Children);

impl Pieces {
    /// Makes them.
    pub fn made(self) -> AnyView {
        self.0()
    }
}

impl<F, V> ToChildren<F> for Pieces
where
    F: FnOnce() -> V + Send + 'static,
    V: RenderHtml + 'static,
{
    fn to_children(make: F) -> Pieces {
        Pieces(Box::new(move || make().piece()))
    }
}

/// A view that is taken over from the server's HTML in one go, and, where `WHOLE`, replaced rather than patched.
struct Kept<V, const WHOLE: bool>(V);

impl<V: Render, const WHOLE: bool> Render for Kept<V, WHOLE> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        if WHOLE {
            let mut next = self.0.build();
            state.insert_before_this(&mut next);
            state.unmount();
            *state = next;
        } else {
            self.0.rebuild(state);
        }
    }
}

impl<V: AddAnyAttr, const WHOLE: bool> AddAnyAttr for Kept<V, WHOLE> {
    type Output<A: leptos::attr::Attribute> = V::Output<A>;

    fn add_any_attr<A: leptos::attr::Attribute>(self, attribute: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        self.0.add_any_attr(attribute)
    }
}

impl<V: RenderHtml, const WHOLE: bool> RenderHtml for Kept<V, WHOLE> {
    type AsyncOutput = V::AsyncOutput;
    type Owned = Kept<V::Owned, WHOLE>;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        self.0.resolve().await
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    async fn hydrate_async(self, _: &Cursor, _: &PositionState) -> Self::State {
        panic!("the page is taken over in one go, by `hydrate_body`");
    }

    fn into_owned(self) -> Self::Owned {
        Kept(self.0.into_owned())
    }
}
