//! The surface of a picture: the still image of the server, the canvas that takes its place, and everything a pointer
//! or a key does on it: the crosshair, the tooltip, dragging out a range, stepping from bucket to bucket.
//! Knows where things lie from the picture's [`Plot`]; what they mean is the panel's affair.

use super::scene::{Scene, use_scene};
use crate::range::span_said;
use crate::signals::browser;
use crate::signals::use_box::{BoxSize, use_box};
use chart::Plot;
use chart::ticks::zone_name;
use contract::{Moment, Span, View, human};
use leptos::ev;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlCanvasElement};
use parts::tooltip::{Tip, Tooltip};
use std::sync::Arc;

/// A pointer that moved less than this between press and release has clicked, CSS pixels.
const DRAG_LEAST_CSS: f64 = 6.0;

/// A place on a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The bucket.
    pub bucket: usize,
    /// The row, where there are rows.
    pub row: Option<usize>,
    /// Centre of the bucket, CSS pixels from the left.
    pub x_css: f64,
    /// Top of the row, or of the plot, CSS pixels.
    pub y_css: f64,
}

impl Spot {
    /// The place of a bucket and a row; a row beyond the last is the last.
    fn of(plot: &Plot, bucket: usize, row: Option<usize>) -> Spot {
        let (left, right) = plot.bucket_band(bucket);
        let y_css = row.map_or(plot.top, |row| plot.row_band(row).0);
        Spot { bucket, row, x_css: (left + right) / 2.0, y_css }
    }

    fn under(plot: &Plot, x_css: f64, y_css: f64) -> Option<Spot> {
        let bucket = plot.bucket_at(x_css).filter(|_| plot.holds(x_css, y_css))?;
        Some(Spot::of(plot, bucket, plot.row_at(y_css)))
    }
}

/// What a panel knows about the places on its picture.
#[derive(Clone)]
pub struct Reader {
    /// What the tooltip says.
    pub tip: Arc<dyn Fn(Spot, f64) -> Option<Tip> + Send + Sync>,
    /// The same in one spoken sentence.
    pub told: Arc<dyn Fn(Spot) -> String + Send + Sync>,
    /// What a click does.
    pub pick: Arc<dyn Fn(Spot) + Send + Sync>,
}

/// The elements of a plate and the size they have.
#[derive(Clone, Copy)]
pub struct Easel {
    frame: NodeRef<Div>,
    canvas: NodeRef<Canvas>,
    /// The box on screen.
    pub size: ReadSignal<Option<BoxSize>>,
    /// Whether the canvas shows the picture.
    pub painted: RwSignal<bool>,
    /// Changes when the fonts have arrived and labels must be drawn again.
    fonts: RwSignal<bool>,
}

/// The elements of a plate, not yet on screen.
pub fn use_easel() -> Easel {
    let frame = NodeRef::new();
    let fonts = RwSignal::new(false);
    Effect::new(move |_| {
        spawn_local(async move {
            browser::fonts_ready().await;
            fonts.try_set(true);
        });
    });
    Easel { frame, canvas: NodeRef::new(), size: use_box(frame), painted: RwSignal::new(false), fonts }
}

impl Easel {
    /// Paints whenever something `paint` reads changes, or the box does.
    pub fn paint_with(self, paint: impl Fn(&HtmlCanvasElement, BoxSize) -> bool + 'static) {
        Effect::new(move |_| {
            self.fonts.track();
            if let (Some(canvas), Some(size)) = (self.canvas.get(), self.size.get())
                && paint(&canvas, size)
            {
                self.painted.set(true);
            }
        });
    }
}

/// A range being dragged out, CSS pixels from the left.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Drag {
    from_css: f64,
    to_css: f64,
}

impl Drag {
    fn edges(self) -> (f64, f64) {
        (self.from_css.min(self.to_css), self.from_css.max(self.to_css))
    }

    fn is_wide(self) -> bool {
        (self.to_css - self.from_css).abs() >= DRAG_LEAST_CSS
    }

    /// The range in whole minutes, as the lake keeps time.
    fn span(self, plot: &Plot) -> Span {
        let (left, right) = self.edges();
        Span { from: plot.time_from_x(left).round() as i64, to: plot.time_from_x(right).round() as i64 }
            .to_minutes()
    }
}

/// What a pointer or a key does on a plate.
#[derive(Clone, Copy)]
struct Hand {
    plot: Memo<Option<Plot>>,
    spot: RwSignal<Option<Spot>>,
    drag: RwSignal<Option<Drag>>,
}

impl Hand {
    fn with_plot<T>(self, read: impl FnOnce(&Plot) -> T) -> Option<T> {
        self.plot.with_untracked(|plot| plot.as_ref().map(read))
    }

    fn press(self, event: &ev::PointerEvent) {
        let (x, y) = place(event);
        if event.button() != 0 || self.with_plot(|plot| plot.holds(x, y)) != Some(true) {
            return;
        }
        if let Some(element) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) {
            // Without capture a drag ends at the edge of the picture, which is a pity and no fault.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        self.drag.set(Some(Drag { from_css: x, to_css: x }));
    }

    fn glide(self, event: &ev::PointerEvent) {
        let (x, y) = place(event);
        let spot = self.with_plot(|plot| Spot::under(plot, x, y)).flatten();
        self.spot.maybe_update(|known| std::mem::replace(known, spot) != spot);
        if let Some((left, right)) = self.with_plot(|plot| (plot.left, plot.right())) {
            self.drag.maybe_update(|drag| match drag {
                Some(drag) => {
                    drag.to_css = x.clamp(left, right);
                    true
                }
                None => false,
            });
        }
    }

    /// Ends a drag: a wide one zooms, a narrow one was a click.
    fn release(self, scene: Scene, pick: &dyn Fn(Spot)) {
        let Some(drag) = self.drag.get_untracked() else { return };
        self.drag.set(None);
        match self.spot.get_untracked() {
            _ if drag.is_wide() => self.zoom(scene, drag),
            Some(spot) => pick(spot),
            None => {}
        }
    }

    /// Opens the dragged range.
    fn zoom(self, scene: Scene, drag: Drag) {
        let Some(span) = self.with_plot(|plot| drag.span(plot)) else { return };
        self.clear();
        scene.link.push(&View {
            from: Moment::At(span.from),
            to: Moment::At(span.to),
            ..scene.link.view_now()
        });
    }

    fn clear(self) {
        self.spot.set(None);
        self.drag.set(None);
    }

    /// Moves the spot by buckets and rows, from the middle of the picture when there is none yet.
    fn step(self, buckets: isize, rows: isize) {
        let spot = self.with_plot(|plot| {
            let last = plot.grid.count.checked_sub(1)?;
            let row_count = (0..).take_while(|row| plot.row_band(*row).0 < plot.bottom()).count();
            let (bucket, row) = match self.spot.get_untracked() {
                Some(spot) => (
                    spot.bucket.saturating_add_signed(buckets),
                    spot.row.map(|r| r.saturating_add_signed(rows)),
                ),
                None => (last / 2, (row_count > 0).then_some(0)),
            };
            Some(Spot::of(plot, bucket.min(last), row.map(|row| row.min(row_count.saturating_sub(1)))))
        });
        self.spot.set(spot.flatten());
    }
}

fn place(event: &ev::PointerEvent) -> (f64, f64) {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

/// The plate.
#[component]
pub fn Plate(
    /// Its elements.
    easel: Easel,
    /// Where things lie on it.
    plot: Memo<Option<Plot>>,
    /// What they mean.
    reader: Reader,
    /// What the picture shows, in a sentence.
    #[prop(into)]
    description: Signal<String>,
    /// Its proportions, as CSS custom properties.
    #[prop(into)]
    proportions: Signal<String>,
    /// The server's picture of it.
    still: AnyView,
) -> impl IntoView {
    let scene = use_scene();
    let hand = Hand { plot, spot: RwSignal::new(None), drag: RwSignal::new(None) };
    share_cursor(hand);
    let (pick_by_key, pick_by_pointer) = (Arc::clone(&reader.pick), Arc::clone(&reader.pick));
    let on_release = move |_| hand.release(scene, &*pick_by_pointer);
    let on_key = move |event: ev::KeyboardEvent| {
        if on_plate_key(hand, scene, &event, &*pick_by_key) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let (tip, told) = (Arc::clone(&reader.tip), Arc::clone(&reader.told));
    let is_dragging = move || hand.drag.with(|drag| drag.is_some_and(Drag::is_wide));
    let tip = Signal::derive(move || {
        let spot = hand.spot.get().filter(|_| !is_dragging())?;
        tip(spot, easel.size.get().map_or(0.0, |size| size.width_css))
    });
    view! {
        <div
            class="plate"
            class:painted=easel.painted
            node_ref=easel.frame
            style=proportions
            tabindex="0"
            role="group"
            aria-roledescription="chart"
            aria-label=description
            on:pointerdown=move |event| hand.press(&event)
            on:pointermove=move |event| hand.glide(&event)
            on:pointerup=on_release
            on:pointerleave=move |_| hand.spot.set(None)
            on:pointercancel=move |_| hand.clear()
            on:blur=move |_| hand.clear()
            on:keydown=on_key
        >
            {still}
            <canvas node_ref=easel.canvas aria-hidden="true"></canvas>
            <Crosshair plot/>
            <DraggedBand hand/>
            <Tooltip tip/>
            <span class="spoken" role="status" aria-live="polite">
                {move || hand.spot.get().map(|spot| told(spot)).unwrap_or_default()}
            </span>
        </div>
    }
}

/// The crosshair of all pictures stands at one time.
fn share_cursor(hand: Hand) {
    let scene = use_scene();
    Effect::new(move |held: Option<bool>| {
        let time = hand
            .spot
            .get()
            .and_then(|spot| hand.with_plot(|plot| plot.grid.time_of(spot.bucket) + plot.grid.step / 2));
        // Only the plate that set the crosshair takes it away.
        if time.is_some() || held == Some(true) {
            scene.cursor.set(time);
        }
        time.is_some()
    });
}

#[component]
fn Crosshair(plot: Memo<Option<Plot>>) -> impl IntoView {
    let scene = use_scene();
    move || {
        let time = scene.cursor.get()?;
        let place = plot.with(|plot| {
            let plot = plot.as_ref().filter(|plot| plot.span.holds(time))?;
            let x = plot.x_from_time(time as f64);
            Some(format!("left:{x:.1}px;top:{:.1}px;height:{:.1}px", plot.top, plot.height))
        })?;
        Some(view! { <i class="crosshair" style=place></i> })
    }
}

/// The range being dragged out, with its times.
#[component]
fn DraggedBand(hand: Hand) -> impl IntoView {
    let scene = use_scene();
    move || {
        let drag = hand.drag.get().filter(|drag| drag.is_wide())?;
        let offset_secs = scene.zone_offset_secs();
        hand.plot.with(|plot| {
            let plot = plot.as_ref()?;
            let (left, right) = drag.edges();
            let span = drag.span(plot);
            let words = format!(
                "{} {} ({})",
                span_said(span, offset_secs),
                zone_name(offset_secs),
                human::duration(span.secs())
            );
            let place = format!(
                "left:{left:.1}px;width:{:.1}px;top:{:.1}px;height:{:.1}px",
                right - left,
                plot.top,
                plot.height
            );
            Some(view! { <div class="band" style=place><span>{words}</span></div> })
        })
    }
}

/// Keys on a plate; whether the key meant something.
fn on_plate_key(hand: Hand, scene: Scene, event: &ev::KeyboardEvent, pick: &dyn Fn(Spot)) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let before = hand.spot.get_untracked();
    match event.key().as_str() {
        "ArrowLeft" => hand.step(-1, 0),
        "ArrowRight" => hand.step(1, 0),
        "ArrowUp" => hand.step(0, -1),
        "ArrowDown" => hand.step(0, 1),
        "PageUp" => hand.step(-12, 0),
        "PageDown" => hand.step(12, 0),
        "Home" => hand.step(isize::MIN / 2, 0),
        "End" => hand.step(isize::MAX / 2, 0),
        "Escape" if before.is_some() => hand.clear(),
        "Enter" => match (hand.drag.get_untracked().filter(|drag| drag.is_wide()), before) {
            (Some(drag), _) => hand.zoom(scene, drag),
            (None, Some(spot)) => pick(spot),
            (None, None) => return false,
        },
        _ => return false,
    }
    extend_drag(hand, event.shift_key(), before);
    true
}

/// With shift held, stepping drags out a range from where it began.
fn extend_drag(hand: Hand, shift: bool, before: Option<Spot>) {
    let Some(here) = hand.spot.get_untracked() else { return };
    let drag = shift.then(|| Drag {
        from_css: hand.drag.get_untracked().map_or(before.unwrap_or(here).x_css, |drag| drag.from_css),
        to_css: here.x_css,
    });
    hand.drag.set(drag);
}
