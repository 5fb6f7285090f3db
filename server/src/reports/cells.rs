//! The table of a heatmap: the same cells as numbers, with the same links.

use contract::report::{Cell, Cells, Column, Head, Row, Spot, Table};

/// A row for each row of the picture and a column for each of its columns; `corner` is the head of the names.
pub fn table(head: Head, corner: &str, cells: &Cells, empty: &str) -> Table {
    let mut columns = vec![Column::words(corner)];
    columns.extend(cells.columns.iter().map(|name| Column::number(name)));
    let row = |(name, spots): (&String, &Vec<Option<Spot>>)| {
        Row::of(std::iter::once(Cell::new(name).name()).chain(spots.iter().map(cell)))
    };
    Table {
        head,
        columns,
        rows: cells.rows.iter().zip(&cells.spots).map(row).collect(),
        empty: empty.to_owned(),
    }
}

fn cell(spot: &Option<Spot>) -> Cell {
    let Some(spot) = spot else { return Cell::new("") };
    let cell = Cell::new(&spot.text).exact(&spot.exact);
    match &spot.href {
        Some(href) => cell.to(href),
        None => cell,
    }
}
