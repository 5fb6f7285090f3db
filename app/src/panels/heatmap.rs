//! The reject heatmap: rejected flows by row and time, with its controls and table.

use super::brush;
use super::foot::Foot;
use super::frame::{Frame, faces};
use super::plate::{Easel, Plate, Reader, Spot, use_easel};
use super::scene::{Scene, use_scene};
use super::timeline::{TableBehind, TableToggle, lower_first};
use super::timeline_words::bucket_said;
use crate::api;
use crate::question::{self, narrowed};
use crate::signals::latest::{First, Load, latest};
use crate::signals::use_link::{Link, address};
use chart::ticks::{date_and_clock, step_words, zone_name};
use chart::{Look, Plot, heatmap as painter, sentence};
use contract::{Dimension, Matrix, MatrixRow, Page, Refusal, Scale, View, human, link};
use leptos::prelude::*;
use parts::choice::Choice;
use parts::data_table::Sheet;
use parts::icon;
use parts::menu::{Choices, Menu};
use parts::seam::Seam;
use parts::segmented::Segmented;
use parts::still::{Still, StillSize};
use parts::tooltip::{Pattern, Tip, TipRow};
use std::sync::Arc;

/// Widths the server draws it in, CSS pixels: a phone, the middle, half a wide page. Heights follow the rows.
const WIDTHS: [u32; 3] = [364, 490, 628];
/// Rows before any answer says how many there are: the default number and "other".
const ROWS: usize = 11;

/// The panel.
#[component]
pub fn HeatmapPanel(
    /// The rows that came with the page.
    first: Option<Result<Matrix, Refusal>>,
) -> impl IntoView {
    let scene = use_scene();
    let easel = use_easel();
    let still = still(scene.link, first.as_ref());
    let key = move || {
        let width_css = easel.size.get()?.width_css;
        scene.key(|view| question::matrix(view, width_css))
    };
    let ask = |view: View| async move { api::matrix(link::encode(&view)).await.map_err(Refusal::from) };
    let load = latest(First::part(first), key, ask);
    let plot = paint(scene, easel, load);
    let description = move || {
        load.with(|load| match load.value.as_ref().filter(|picture| is_whole(picture)) {
            Some(picture) => sentence::matrix(picture, scene.zone_offset_secs()),
            None => "Rejects by row and time".to_owned(),
        })
    };
    let height = Memo::new(move |_| {
        let rows = load.with(|load| load.value.as_ref().map_or(ROWS, |picture| picture.rows.len()));
        height_css(rows)
    });
    let proportions = move || {
        let [narrow, middle, wide] = WIDTHS;
        let height = height.get();
        format!("--wide:{wide}/{height};--middle:{middle}/{height};--narrow:{narrow}/{height}")
    };
    let (face, busy) = faces(load);
    let show_table = RwSignal::new(false);
    let sheet = Signal::derive(move || {
        load.with(|load| load.value.as_ref().map(|p| sheet(p, scene.zone_offset_secs())).unwrap_or_default())
    });
    let sub = move || {
        load.with(|load| load.value.as_ref().map(|p| format!("flows per {}", step_words(p.grid.step))))
            .unwrap_or_default()
    };
    let why = view! { <a href=move || Page::Blocked.elsewhere(&scene.link.view())>"Why blocked"</a> }.piece();
    let foot = view! { <Foot load provenance=|m: &Matrix| &m.provenance links=why/> }.piece();
    view! {
        <Frame id="rejects" title="Rejects" sub=Signal::derive(sub) face busy controls=controls(scene.link, show_table) foot>
            <Plate easel plot reader=reader(scene, load) description=Signal::derive(description) proportions=Signal::derive(proportions) still/>
            <TableBehind show_table sheet/>
        </Frame>
    }
}

/// Height for a number of rows; few rows still leave room to say something.
fn height_css(rows: usize) -> u32 {
    painter::height_css(rows.max(4)).round() as u32
}

/// Whether the cells have arrived: what comes with the page is only the rows.
fn is_whole(picture: &Matrix) -> bool {
    picture.rows.iter().all(|row| row.values.len() == picture.grid.count)
}

/// The image that stands in for the canvas at first, drawn for the number of rows known by then.
fn still(link: Link, first: Option<&Result<Matrix, Refusal>>) -> AnyView {
    let rows = match first {
        Some(Err(_)) => return ().erased(),
        Some(Ok(picture)) => picture.rows.len(),
        None => ROWS,
    };
    let view = link.asked.with_untracked(|asked| asked.view.clone());
    let src = move |size: &StillSize, theme: &'static str| {
        let question = View { scale: view.scale, ..question::matrix(&view, f64::from(size.width_css)) };
        let (text, width_css) = (link::encode(&question), size.width_css);
        format!(
            "/api/v1/matrix.png?{text}&width={width_css}&height={}&theme={theme}&ratio=2",
            size.height_css
        )
    };
    let sizes = ["(max-width: 760px)", "(max-width: 1100px)", ""].into_iter().zip(WIDTHS);
    let sizes = sizes.map(|(media, width_css)| StillSize { media, width_css, height_css: height_css(rows) });
    view! { <Still sizes=sizes.collect() src=Box::new(src) alt="Rejects by row and time".to_owned()/> }
        .piece()
}

/// Paints the picture as it changes; where things lie on it.
fn paint(scene: Scene, easel: Easel, load: ReadSignal<Load<Matrix>>) -> Memo<Option<Plot>> {
    let look = move |ratio: f64| Look {
        ratio,
        zone_offset_secs: scene.zone_offset_secs(),
        scale: scene.link.asked.with(|asked| asked.view.scale),
        ..Look::of(scene.theme())
    };
    easel.paint_with(move |canvas, size| {
        load.with(|load| match load.value.as_ref().filter(|picture| is_whole(picture)) {
            Some(picture) => brush::matrix(canvas, size, picture, &look(size.ratio)),
            None => false,
        })
    });
    Memo::new(move |_| {
        let size = easel.size.get()?;
        load.with(|load| {
            let picture = load.value.as_ref().filter(|picture| is_whole(picture))?;
            Some(painter::plot(picture, size.width_css, size.height_css))
        })
    })
}

fn reader(scene: Scene, load: ReadSignal<Load<Matrix>>) -> Reader {
    let tip = move |spot: Spot, width_css: f64| {
        let offset_secs = scene.zone_offset_secs();
        load.with(|load| tip(load.value.as_ref()?, spot, width_css, offset_secs))
    };
    let told = move |spot: Spot| {
        let offset_secs = scene.zone_offset_secs();
        load.with(|load| load.value.as_ref().and_then(|p| told(p, spot, offset_secs))).unwrap_or_default()
    };
    let pick = move |spot: Spot| {
        let clause = load.with_untracked(|load| clause(load.value.as_ref()?, spot.row?));
        if let Some(view) = clause.and_then(|clause| narrowed(&scene.link.view_now(), &clause)) {
            scene.link.push(&view);
        }
    };
    Reader { tip: Arc::new(tip), told: Arc::new(told), pick: Arc::new(pick) }
}

/// Filter text that lets only a row's rejects pass; `None` for what remains.
fn clause(picture: &Matrix, row: usize) -> Option<String> {
    let key = picture.rows.get(row).map(|row| row.key.as_str()).filter(|key| !key.is_empty())?;
    Some(format!("action = REJECT AND {} = {key}", picture.by.name()))
}

/// The cell at a place: its row and its value.
fn cell(picture: &Matrix, spot: Spot) -> Option<(&MatrixRow, u64)> {
    let row = picture.rows.get(spot.row?)?;
    Some((row, *row.values.get(spot.bucket)?))
}

fn is_unknown(picture: &Matrix, bucket: usize) -> bool {
    let middle = picture.grid.time_of(bucket) + picture.grid.step / 2;
    picture.gaps.iter().any(|gap| gap.holds(middle))
}

fn tip(picture: &Matrix, spot: Spot, width_css: f64, offset_secs: i64) -> Option<Tip> {
    let (row, value) = cell(picture, spot)?;
    let line = |label: &str, value: String| TipRow {
        ink: "",
        pattern: Pattern::Plain,
        label: label.to_owned(),
        value,
    };
    let is_unknown = is_unknown(picture, spot.bucket);
    let rows = if is_unknown {
        Vec::new()
    } else {
        vec![line("rejected flows", human::exact(value)), line("in the whole range", human::exact(row.total))]
    };
    let note = match clause(picture, spot.row?) {
        _ if is_unknown => "No objects seen for this time.",
        Some(_) => "Click to show only these.",
        None => "",
    };
    let title =
        format!("{}, {}", row.label, bucket_said(&picture.grid, picture.span, spot.bucket, offset_secs));
    Some(Tip { x_css: spot.x_css, y_css: spot.y_css, width_css, title, rows, note: note.to_owned() })
}

fn told(picture: &Matrix, spot: Spot, offset_secs: i64) -> Option<String> {
    let (row, value) = cell(picture, spot)?;
    let time = bucket_said(&picture.grid, picture.span, spot.bucket, offset_secs);
    let said = if is_unknown(picture, spot.bucket) {
        "unknown".to_owned()
    } else {
        format!("{} rejected", human::exact(value))
    };
    Some(format!("{}, {time}: {said}", row.label))
}

/// All cells, exactly: a row per time, as the times are many and the rows few.
fn sheet(picture: &Matrix, offset_secs: i64) -> Sheet {
    let mut heads = vec![format!("From ({})", zone_name(offset_secs))];
    heads.extend(picture.rows.iter().map(|row| row.label.clone()));
    let line = |bucket: usize| {
        let mut cells = vec![date_and_clock(picture.grid.time_of(bucket), None, offset_secs)];
        let value = |row: &MatrixRow| row.values.get(bucket).map(|v| human::exact(*v)).unwrap_or_default();
        cells.extend(picture.rows.iter().map(value));
        cells
    };
    let rows = if is_whole(picture) { (0..picture.grid.count).map(line).collect() } else { Vec::new() };
    Sheet { caption: format!("Rejected flows per {}", step_words(picture.grid.step)), heads, rows }
}

fn controls(link: Link, show_table: RwSignal<bool>) -> AnyView {
    let rows = Signal::derive(move || {
        let is_offered = |by: &Dimension| !matches!(by, Dimension::None | Dimension::Action);
        let choice = |rows: Dimension| {
            let view = link.view();
            Choice {
                label: rows.label().to_owned(),
                current: view.rows == rows,
                href: address(&View { rows, ..view }),
            }
        };
        Dimension::ALL.into_iter().filter(is_offered).map(choice).collect::<Vec<_>>()
    });
    let scales = Signal::derive(move || {
        let choice = |scale: &Scale| {
            let view = link.view();
            Choice {
                label: scale.label().to_owned(),
                current: view.scale == *scale,
                href: address(&View { scale: *scale, ..view }),
            }
        };
        Scale::ALL.iter().map(choice).collect::<Vec<_>>()
    });
    let by = Signal::derive(move || {
        format!("By {}", lower_first(link.asked.with(|asked| asked.view.rows.label())))
    });
    let file = move |kind: &'static str| {
        move || {
            let question = link.asked.with(|asked| View {
                scale: asked.view.scale,
                ..question::matrix(&asked.view, question::HEATMAP_NOMINAL_CSS)
            });
            format!("/api/v1/matrix{kind}?{}", link::encode(&question))
        }
    };
    view! {
        <Segmented label="Scale of the colours" choices=scales/>
        <Menu label=by name="Rows" look="ctl small" side="right"><Choices choices=rows/></Menu>
        <TableToggle show_table/>
        <Menu label="" name="Take away" look="ctl small ghost" picture=icon::MORE bare=true side="right">
            <ul class="choices">
                <li><a href=file(".csv") rel="external" download="weir-rejects.csv">"CSV"</a></li>
                <li><a href=file("") rel="external" target="_blank">"JSON"</a></li>
                <li><a href=file(".svg") rel="external" target="_blank">"Picture, SVG"</a></li>
                <li><a href=file(".png") rel="external" target="_blank">"Picture, PNG"</a></li>
            </ul>
        </Menu>
    }
    .piece()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use contract::{Grid, Measure, Provenance, Span};

    fn picture() -> Matrix {
        let span = Span { from: 0, to: 600 };
        let row = |key: &str, values: Vec<u64>| MatrixRow {
            key: key.to_owned(),
            label: if key.is_empty() { "other".to_owned() } else { key.to_owned() },
            total: values.iter().sum(),
            values,
            other: key.is_empty(),
        };
        Matrix {
            span,
            grid: Grid::with_step(span, 300),
            by: Dimension::ServicePort,
            measure: Measure::Flows,
            rows: vec![row("22", vec![5, 0]), row("", vec![1, 2])],
            other_values: 3,
            gaps: vec![Span { from: 300, to: 600 }],
            provenance: Provenance::default(),
        }
    }

    fn spot(bucket: usize, row: usize) -> Spot {
        Spot { bucket, row: Some(row), x_css: 100.0, y_css: 30.0 }
    }

    #[test]
    fn a_cell_filters_by_its_row_and_what_remains_does_not() {
        assert_eq!(clause(&picture(), 0).as_deref(), Some("action = REJECT AND service-port = 22"));
        assert_eq!(clause(&picture(), 1), None);
        assert_eq!(clause(&picture(), 2), None);
    }

    #[test]
    fn a_cell_in_a_gap_is_unknown_and_not_zero() {
        assert_eq!(told(&picture(), spot(0, 0), 0).unwrap(), "22, 1 Jan 00:00 to 00:05 UTC: 5 rejected");
        assert!(told(&picture(), spot(1, 0), 0).unwrap().ends_with("unknown"));
        assert!(tip(&picture(), spot(1, 0), 400.0, 0).unwrap().rows.is_empty());
    }

    #[test]
    fn the_table_has_a_line_per_time() {
        let sheet = sheet(&picture(), 0);
        assert_eq!(sheet.heads, ["From (UTC)", "22", "other"]);
        assert_eq!(sheet.rows, [["1 Jan 00:00", "5", "1"], ["1 Jan 00:05", "0", "2"]]);
    }
}
