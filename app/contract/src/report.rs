//! A page as a document: what it says, as blocks of a few kinds. Pages that are tables, texts and forms are composed on
//! the server from answers and are drawn there, so that each of them costs the browser nothing to download.

use crate::civil;
pub use crate::figure::{Band, Bands, Cells, Figure, Knot, Spot};
use serde::{Deserialize, Serialize};

/// What a page says, from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The one sentence above everything; what stands in backquotes is set as code. May be empty.
    pub headline: String,
    /// The rest.
    pub blocks: Vec<Block>,
}

/// A block of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// The numbers on top.
    Tiles(Vec<Tile>),
    /// A panel with a table.
    Table(Table),
    /// A panel with a part of a table that is too long to be drawn whole.
    Long(Long),
    /// A panel with paragraphs.
    Text(Text),
    /// A panel with a text to copy.
    Code(Code),
    /// A panel with a form.
    Form(Form),
    /// A panel with a picture that lies elsewhere.
    Picture(Picture),
    /// A panel with a picture that stands in the page, and its table.
    Drawing(Drawing),
    /// Blocks side by side where there is room.
    Pair(Vec<Block>),
}

/// How something is meant, beside its words; colour is never the only sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// As everything else.
    #[default]
    Plain,
    /// In order.
    Good,
    /// Held back: REJECT and what follows from it.
    Held,
    /// In need of attention.
    Warn,
    /// Less important.
    Quiet,
}

/// A number with its name above and a note below.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tile {
    /// What the number is.
    pub title: String,
    /// The number as it is read, three significant digits.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// The number to the last digit, for who points at it.
    pub exact: String,
    /// The line below.
    pub note: String,
    /// How the note is meant.
    pub tone: Tone,
}

/// A panel's head and foot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Names the panel in the document, in styles and in files.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// What is measured.
    pub sub: String,
    /// Controls at the right: choices that are links.
    pub choices: Vec<Choice>,
    /// Where it came from.
    pub foot: String,
    /// Links at the right of the foot.
    pub ways: Vec<Way>,
}

/// One of several links of which one is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is in force.
    pub is_current: bool,
}

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// A panel with a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Head and foot.
    pub head: Head,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, cells in the order of the columns.
    pub rows: Vec<Row>,
    /// What is said in the place of rows where there are none.
    pub empty: String,
}

/// A part of a table that is too long to be drawn whole: in a browser one scrolls through all of it, and what comes into
/// sight is asked for then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Long {
    /// The part that stands in the page.
    pub table: Table,
    /// How many rows stand before it.
    pub offset: u64,
    /// How many rows can be reached.
    pub total: u64,
    /// What is said behind the numbers of the rows in sight: `of 1,234, the latest first`.
    pub rest: String,
    /// The link that asks for these rows; where they begin and how many they are is added to it.
    pub link: String,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its head.
    pub label: String,
    /// Whether numbers stand below.
    pub is_number: bool,
    /// Where a click on the head leads, as to sort by it.
    pub href: Option<String>,
    /// Whether the rows are sorted by it: descending, ascending or not.
    pub sorted: Option<Sorted>,
    /// The zone of its times, where it has any: `UTC`, `UTC+1`.
    pub zone: String,
}

/// The order of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sorted {
    /// Least first.
    Ascending,
    /// Most first.
    Descending,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// How it is meant.
    pub tone: Tone,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// A moment, Unix seconds, that is said in the reader's zone in the place of the text.
    pub at: Option<i64>,
    /// Its value for programs where the text is rounded; files have this one.
    pub exact: Option<String>,
    /// Whether it is an id, an address or code.
    pub is_code: bool,
    /// Whether it names the row.
    pub is_name: bool,
    /// A smaller line below.
    pub note: String,
    /// Where it leads.
    pub href: Option<String>,
    /// Further things to do with it, shown small beside it.
    pub ways: Vec<Way>,
    /// A bar behind it: its share of the whole, 0 to 1.
    pub share: Option<f64>,
    /// How it is meant.
    pub tone: Tone,
}

/// A panel with paragraphs; what stands in backquotes is set as code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Head and foot.
    pub head: Head,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
}

/// A panel with a text to copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Head and foot.
    pub head: Head,
    /// The text.
    pub text: String,
    /// The name of a file that holds it.
    pub file: String,
}

/// A panel with a form. It works without scripts: a question leads to an address, an order is posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Head and foot.
    pub head: Head,
    /// The path it leads to.
    pub action: String,
    /// Whether it orders something (POST) instead of asking (GET).
    pub is_order: bool,
    /// What is sent along unseen: name and value.
    pub hidden: Vec<(String, String)>,
    /// The fields.
    pub fields: Vec<FormField>,
    /// What the button says.
    pub button: String,
}

/// A field of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormField {
    /// The name it is sent under.
    pub name: String,
    /// What it is.
    pub label: String,
    /// What stands in it.
    pub value: String,
    /// A line below it.
    pub hint: String,
    /// Why its value was refused, if it was.
    pub fault: String,
    /// What kind of field it is.
    pub kind: FormKind,
}

/// The kind of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormKind {
    /// One line.
    #[default]
    Line,
    /// Several lines.
    Lines,
    /// A number.
    Number,
    /// One of these: value and label.
    OneOf(Vec<(String, String)>),
    /// On or off; on is sent as `yes`.
    Switch,
}

/// A panel with a picture that the server draws.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Head and foot.
    pub head: Head,
    /// Its address; width, height and theme are added to it.
    pub src: String,
    /// What it shows, in words.
    pub alt: String,
    /// Height in CSS pixels.
    pub height_css: u32,
}

/// A panel with a picture that stands in the page: its parts are links, and the table below says and leads to the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    /// Head and foot of the panel, and all that the picture shows.
    pub table: Table,
    /// The picture in a sentence.
    pub words: String,
    /// The picture.
    pub figure: Figure,
}

impl Head {
    /// A head with a title alone.
    pub fn new(id: &str, title: &str) -> Head {
        Head { id: id.to_owned(), title: title.to_owned(), ..Head::default() }
    }

    /// With what is measured.
    #[must_use]
    pub fn about(self, sub: impl Into<String>) -> Head {
        Head { sub: sub.into(), ..self }
    }

    /// With where it came from.
    #[must_use]
    pub fn foot(self, foot: impl Into<String>) -> Head {
        Head { foot: foot.into(), ..self }
    }

    /// With one more link in the foot.
    #[must_use]
    pub fn way(mut self, label: &str, href: impl Into<String>) -> Head {
        self.ways.push(Way { label: label.to_owned(), href: href.into() });
        self
    }
}

impl Column {
    /// A column of words.
    pub fn words(label: &str) -> Column {
        Column { label: label.to_owned(), ..Column::default() }
    }

    /// A column of numbers.
    pub fn number(label: &str) -> Column {
        Column { label: label.to_owned(), is_number: true, ..Column::default() }
    }
}

impl Cell {
    /// A cell of words or of a number.
    pub fn new(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    /// An id, an address or code.
    pub fn code(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), is_code: true, ..Cell::default() }
    }

    /// A moment, Unix seconds.
    pub fn moment(at: i64) -> Cell {
        Cell { at: Some(at), exact: Some(civil::utc(at).to_string()), ..Cell::default() }
    }

    /// It names the row.
    #[must_use]
    pub fn name(self) -> Cell {
        Cell { is_name: true, ..self }
    }

    /// With a smaller line below.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Cell {
        Cell { note: note.into(), ..self }
    }

    /// With its value to the last digit.
    #[must_use]
    pub fn exact(self, exact: impl ToString) -> Cell {
        Cell { exact: Some(exact.to_string()), ..self }
    }

    /// Leading somewhere.
    #[must_use]
    pub fn to(self, href: impl Into<String>) -> Cell {
        Cell { href: Some(href.into()), ..self }
    }

    /// With one more thing to do.
    #[must_use]
    pub fn way(mut self, label: &str, href: impl Into<String>) -> Cell {
        self.ways.push(Way { label: label.to_owned(), href: href.into() });
        self
    }

    /// With a bar, 0 to 1.
    #[must_use]
    pub fn share(self, share: f64) -> Cell {
        Cell { share: Some(share.clamp(0.0, 1.0)), ..self }
    }

    /// Meant in some way.
    #[must_use]
    pub fn tone(self, tone: Tone) -> Cell {
        Cell { tone, ..self }
    }
}

impl Row {
    /// A row of these cells.
    pub fn of(cells: impl IntoIterator<Item = Cell>) -> Row {
        Row { cells: cells.into_iter().collect(), tone: Tone::Plain }
    }
}

impl Report {
    /// Does something to every block, also to those that stand side by side with others.
    pub fn each_block(&mut self, mut change: impl FnMut(&mut Block)) {
        fn of(blocks: &mut [Block], change: &mut impl FnMut(&mut Block)) {
            for block in blocks {
                match block {
                    Block::Pair(blocks) => of(blocks, change),
                    block => change(block),
                }
            }
        }
        of(&mut self.blocks, &mut change);
    }

    /// Does something to every table, those of drawings among them.
    pub fn each_table(&mut self, mut change: impl FnMut(&mut Table)) {
        self.each_block(|block| match block {
            Block::Table(table) | Block::Long(Long { table, .. }) | Block::Drawing(Drawing { table, .. }) => {
                change(table)
            }
            _ => {}
        });
    }

    /// Every table, those of drawings among them, also those that stand side by side with others.
    pub fn tables(&self) -> Vec<&Table> {
        fn of(blocks: &[Block]) -> Vec<&Table> {
            let mut tables = Vec::new();
            for block in blocks {
                match block {
                    Block::Table(table)
                    | Block::Long(Long { table, .. })
                    | Block::Drawing(Drawing { table, .. }) => tables.push(table),
                    Block::Pair(blocks) => tables.extend(of(blocks)),
                    _ => {}
                }
            }
            tables
        }
        of(&self.blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_side_by_side_are_found_too() {
        let table = |id| Block::Table(Table { head: Head::new(id, ""), ..Table::default() });
        let drawing = |id| {
            Block::Drawing(Drawing {
                table: Table { head: Head::new(id, ""), ..Table::default() },
                words: String::new(),
                figure: Figure::Cells(Cells::default()),
            })
        };
        let report = Report {
            blocks: vec![table("a"), Block::Pair(vec![table("b"), table("c")]), drawing("d")],
            ..Report::default()
        };
        let ids: Vec<&str> = report.tables().into_iter().map(|table| table.head.id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c", "d"]);
        let mut report = report;
        report.each_table(|table| table.head.title = table.head.id.to_uppercase());
        assert!(report.tables().iter().all(|table| table.head.title == table.head.id.to_uppercase()));
    }
}
