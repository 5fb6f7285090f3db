//! Pictures that stand in a document: what they show, not how they are drawn.

use crate::Scale;
use serde::{Deserialize, Serialize};

/// What a drawing shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// A heatmap.
    Cells(Cells),
    /// What flows from where to where.
    Bands(Bands),
}

/// A heatmap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cells {
    /// Names of the rows, from the top.
    pub rows: Vec<String>,
    /// Names of the columns, from the left.
    pub columns: Vec<String>,
    /// The cells of each row; `None` where nothing is known, which is not zero.
    pub spots: Vec<Vec<Option<Spot>>>,
    /// What is counted: `rejected records`.
    pub noun: String,
    /// How values map to colours.
    pub scale: Scale,
}

/// A cell of a heatmap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// What its colour shows.
    pub value: u64,
    /// The same as a person reads it.
    pub text: String,
    /// The same to the last digit.
    pub exact: String,
    /// Where it leads.
    pub href: Option<String>,
}

/// What flows from where to where: a band for each pair, as high as it is large.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// Where from, from the top.
    pub sources: Vec<Knot>,
    /// Where to.
    pub targets: Vec<Knot>,
    /// The bands.
    pub bands: Vec<Band>,
}

/// An end of bands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knot {
    /// Its name, where it has one beside its address; left out where there is little room.
    pub name: String,
    /// Its address.
    pub label: String,
    /// How much goes through it, as a person reads it.
    pub text: String,
    /// Whether it stands for all that has no name here.
    pub is_rest: bool,
}

/// A band.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// Its place among the sources.
    pub from: usize,
    /// Its place among the targets.
    pub to: usize,
    /// How large it is.
    pub value: u64,
    /// The same as a person reads it.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
}
