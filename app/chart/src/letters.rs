//! How wide text is, from the advance widths of the embedded font, so that nothing is measured while laying out and
//! every surface cuts a label at the same letter.

/// Font size of every label, CSS pixels.
pub const FONT_CSS: f64 = 11.0;
/// The font stack of the page, used on every surface that has fonts.
pub const FONT_STACK: &str = "\"Inter Variable\",Inter,system-ui,sans-serif";
/// Height of a capital or a digit, in em: labels are centred on it.
pub(super) const CAP_EM: f64 = 0.727;
/// How far letters reach below the baseline, in em.
pub(super) const DESCENT_EM: f64 = 0.241;
/// Advance of a letter the table does not hold, in thousandths of an em.
const UNKNOWN: u16 = 700;

/// Advance widths of U+0020..U+007E in thousandths of an em; digits are tabular.
const ADVANCES: [u16; 95] = [
    277, 292, 475, 635, 643, 985, 647, 304, 366, 366, 507, 664, 292, 461, 292, 363, 648, 648, 648, 648, 648,
    648, 648, 648, 648, 648, 292, 306, 664, 664, 664, 516, 971, 696, 655, 731, 722, 602, 590, 747, 744, 270,
    572, 677, 565, 906, 754, 765, 640, 766, 645, 643, 648, 743, 696, 991, 688, 684, 632, 366, 363, 366, 473,
    458, 327, 563, 614, 573, 614, 584, 373, 615, 594, 245, 245, 552, 245, 879, 594, 601, 614, 614, 379, 531,
    331, 594, 566, 821, 549, 566, 554, 431, 336, 431, 664,
];

/// The mark that stands for letters left out.
const ELLIPSIS: char = '…';

fn advance(letter: char) -> u16 {
    match letter {
        ' '..='~' => ADVANCES.get(letter as usize - ' ' as usize).copied().unwrap_or(UNKNOWN),
        '\u{a0}' => 277,
        '·' => 292,
        ELLIPSIS => 878,
        _ => UNKNOWN,
    }
}

/// Width of `text` at [`FONT_CSS`], in CSS pixels.
pub fn width_css(text: &str) -> f64 {
    text.chars().map(|letter| f64::from(advance(letter))).sum::<f64>() * FONT_CSS / 1_000.0
}

/// `text` cut to at most `room_css` pixels. Letters are left out of the middle: identifiers differ at their ends.
pub fn fitted(text: &str, room_css: f64) -> String {
    if width_css(text) <= room_css {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let mut kept = letters.len();
    while kept > 1 {
        kept -= 1;
        let tail = kept * 2 / 5;
        let cut: String = letters[..kept - tail]
            .iter()
            .chain(std::iter::once(&ELLIPSIS))
            .chain(&letters[letters.len() - tail..])
            .collect();
        if width_css(&cut) <= room_css {
            return cut;
        }
    }
    ELLIPSIS.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_interface_keeps_both_of_its_ends() {
        let cut = fitted("eni-0a1b2c3d4e5f67890", 90.0);
        assert!(cut.starts_with("eni-0") && cut.ends_with("890") && cut.contains('…'), "{cut}");
        assert_eq!(fitted("443 https", 90.0), "443 https");
    }

    proptest! {
        #[test]
        fn what_was_fitted_fits(text in ".{0,60}", room in 12.0..400.0_f64) {
            prop_assert!(width_css(&fitted(&text, room)) <= room);
        }
    }
}
