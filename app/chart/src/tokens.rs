//! The colours of every picture, light and dark: the values of the variables in `style/tokens.css` (a test compares
//! them), and the ramp that only heatmaps use. The only file of the charts that names a colour; knows no shapes.

use contract::{Dimension, Series, Timeline};
use plotters::style::RGBColor;

/// Named hues before the grey "other": more cannot be told apart in a legend.
pub const HUES: usize = 6;
/// Steps of the heatmap's ramp; the first stands for zero.
pub const RAMP: usize = 6;
/// How much of a layer's hue is left when it lies on the panel: full strength shouts over the rejects.
const LAYER_STRENGTH: f64 = 0.88;

/// How much of the quietest ink is left in the dots over what is unknown: they are a texture, not words.
const DOT_STRENGTH: f64 = 0.6;

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// This colour laid over `ground` with opacity `part` (0 to 1).
    pub fn over(self, ground: Rgb, part: f64) -> Rgb {
        let part = part.clamp(0.0, 1.0);
        let mix = |top: u8, low: u8| (f64::from(top) * part + f64::from(low) * (1.0 - part)).round() as u8;
        Rgb(mix(self.0, ground.0), mix(self.1, ground.1), mix(self.2, ground.2))
    }

    /// The colour as CSS writes it, `#rrggbb`.
    pub fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    pub(super) fn plotters(self) -> RGBColor {
        RGBColor(self.0, self.1, self.2)
    }
}

/// Which theme a picture is drawn for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark ink on a white panel.
    #[default]
    Light,
    /// Light ink on a dark panel.
    Dark,
}

impl Theme {
    /// The theme of that name, `light` or `dark`.
    pub fn from_name(name: &str) -> Option<Theme> {
        match name {
            "light" => Some(Theme::Light),
            "dark" => Some(Theme::Dark),
            _ => None,
        }
    }
}

/// The role a layer's colour plays, whatever the theme; legends use [`Ink::variable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ink {
    /// What passed.
    Accept,
    /// What was held back; always hatched as well.
    Reject,
    /// A part of what was held back, counted from the first: the ground under the hatch is stronger from one to the next.
    RejectPart(usize),
    /// One of the named hues, `0..HUES`.
    Hue(usize),
    /// Everything that has no hue of its own.
    Other,
    /// An earlier time, drawn dashed.
    Earlier,
}

impl Ink {
    /// The inks of the series of a timeline, in their order.
    pub fn of(picture: &Timeline) -> Vec<Ink> {
        let (mut hue, mut part) = (0, 0);
        let next = |count: &mut usize| std::mem::replace(count, *count + 1);
        let ink = |series: &Series| match ([picture.split, picture.within], series.key.as_str()) {
            _ if series.other => Ink::Other,
            ([Dimension::Action, Dimension::None], "ACCEPT") => Ink::Accept,
            ([Dimension::Action, Dimension::None], "REJECT") => Ink::Reject,
            ([Dimension::Action, Dimension::None], _) => Ink::Other,
            ([Dimension::None, _], _) => Ink::Accept,
            _ if picture.is_rejected(series) => Ink::RejectPart(next(&mut part)),
            _ => match next(&mut hue) {
                index if index < HUES => Ink::Hue(index),
                _ => Ink::Other,
            },
        };
        picture.series.iter().map(ink).collect()
    }

    /// Whether it stands for what was held back.
    pub const fn is_reject(self) -> bool {
        matches!(self, Ink::Reject | Ink::RejectPart(_))
    }

    /// The CSS variable that holds this ink.
    pub const fn variable(self) -> &'static str {
        match self {
            Ink::Accept => "--accept",
            Ink::Reject | Ink::RejectPart(_) => "--reject",
            Ink::Earlier => "--text",
            Ink::Hue(0) => "--s1",
            Ink::Hue(1) => "--s2",
            Ink::Hue(2) => "--s3",
            Ink::Hue(3) => "--s4",
            Ink::Hue(4) => "--s5",
            Ink::Hue(5) => "--s6",
            Ink::Hue(_) | Ink::Other => "--other",
        }
    }
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The ground every picture lies on (`--panel`).
    pub panel: Rgb,
    /// The axis line (`--line`).
    pub line: Rgb,
    /// The grid (`--line-soft`).
    pub line_soft: Rgb,
    /// Words that matter (`--text`).
    pub text: Rgb,
    /// Axis labels (`--muted`).
    pub muted: Rgb,
    /// The quietest ink (`--faint`).
    pub faint: Rgb,
    /// What passed (`--accept`).
    pub accept: Rgb,
    /// What was held back (`--reject`).
    pub reject: Rgb,
    /// Named series (`--s1` … `--s6`).
    pub hues: [Rgb; HUES],
    /// The rest (`--other`).
    pub other: Rgb,
    /// The heatmap from zero to most.
    pub ramp: [Rgb; RAMP],
}

impl Tokens {
    /// The colours of `theme`.
    pub const fn of(theme: Theme) -> Tokens {
        match theme {
            Theme::Light => Tokens::light(),
            Theme::Dark => Tokens::dark(),
        }
    }

    /// The light theme.
    pub const fn light() -> Tokens {
        Tokens {
            panel: Rgb(0xff, 0xff, 0xff),
            line: Rgb(0xe4, 0xe4, 0xdf),
            line_soft: Rgb(0xef, 0xef, 0xeb),
            text: Rgb(0x1a, 0x1e, 0x22),
            muted: Rgb(0x5d, 0x67, 0x70),
            faint: Rgb(0x6b, 0x75, 0x7d),
            accept: Rgb(0x2f, 0x6f, 0xb2),
            reject: Rgb(0xd4, 0x55, 0x1c),
            hues: [
                Rgb(0x2f, 0x6f, 0xb2),
                Rgb(0x58, 0xa4, 0xc9),
                Rgb(0x7c, 0xb8, 0xa4),
                Rgb(0xb6, 0xb3, 0x4e),
                Rgb(0xc5, 0x8b, 0xc0),
                Rgb(0x2f, 0x7d, 0x74),
            ],
            other: Rgb(0xa8, 0xad, 0xb3),
            ramp: [
                Rgb(0xfb, 0xf3, 0xec),
                Rgb(0xf8, 0xd9, 0xbf),
                Rgb(0xf2, 0xab, 0x76),
                Rgb(0xe3, 0x74, 0x2f),
                Rgb(0xb8, 0x43, 0x0d),
                Rgb(0x7a, 0x26, 0x06),
            ],
        }
    }

    /// The dark theme.
    pub const fn dark() -> Tokens {
        Tokens {
            panel: Rgb(0x15, 0x1a, 0x20),
            line: Rgb(0x26, 0x2e, 0x38),
            line_soft: Rgb(0x1e, 0x25, 0x2d),
            text: Rgb(0xe7, 0xea, 0xee),
            muted: Rgb(0x95, 0xa1, 0xad),
            faint: Rgb(0x84, 0x90, 0x9c),
            accept: Rgb(0x5b, 0x9f, 0xe3),
            reject: Rgb(0xf0, 0x82, 0x4a),
            hues: [
                Rgb(0x5b, 0x9f, 0xe3),
                Rgb(0x6c, 0xc0, 0xdd),
                Rgb(0x8a, 0xcc, 0xb6),
                Rgb(0xcd, 0xc8, 0x66),
                Rgb(0xd6, 0xa3, 0xd1),
                Rgb(0x3f, 0x94, 0x88),
            ],
            other: Rgb(0x7d, 0x87, 0x91),
            ramp: [
                Rgb(0x1b, 0x1d, 0x20),
                Rgb(0x3a, 0x24, 0x17),
                Rgb(0x6e, 0x35, 0x15),
                Rgb(0xb0, 0x4e, 0x16),
                Rgb(0xe7, 0x7d, 0x33),
                Rgb(0xff, 0xc0, 0x8a),
            ],
        }
    }

    /// The full-strength colour of `ink`: lines, legends.
    pub fn ink(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Accept => self.accept,
            Ink::Reject | Ink::RejectPart(_) => self.reject,
            Ink::Earlier => self.text,
            Ink::Hue(index) => self.hues.get(index).copied().unwrap_or(self.other),
            Ink::Other => self.other,
        }
    }

    /// The colour of a layer filled with `ink`: softened by the panel, still opaque.
    pub fn layer(&self, ink: Ink) -> Rgb {
        self.ink(ink).over(self.panel, LAYER_STRENGTH)
    }

    /// The colour of the dots over what is unknown.
    pub fn dots(&self) -> Rgb {
        self.faint.over(self.panel, DOT_STRENGTH)
    }

    /// The colour of step `level` of the ramp; beyond the last it stays there.
    pub fn level(&self, level: usize) -> Rgb {
        self.ramp[level.min(RAMP - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG 2 defines it.
    fn luminance(colour: Rgb) -> f64 {
        let channel = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(colour.0) + 0.7152 * channel(colour.1) + 0.0722 * channel(colour.2)
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (high, low) = (luminance(a).max(luminance(b)), luminance(a).min(luminance(b)));
        (high + 0.05) / (low + 0.05)
    }

    #[test]
    fn labels_have_aa_contrast_on_the_panel_in_both_themes() {
        for tokens in [Tokens::light(), Tokens::dark()] {
            assert!(contrast(tokens.text, tokens.panel) >= 7.0);
            assert!(contrast(tokens.muted, tokens.panel) >= 4.5);
            assert!(contrast(tokens.accept, tokens.panel) >= 3.0);
            assert!(contrast(tokens.reject, tokens.panel) >= 3.0);
        }
    }

    /// The value of a variable in the first rule of `css` that starts with `selector`.
    fn variable(css: &str, selector: &str, name: &str) -> Option<String> {
        let rule = css.split_once(&format!("{selector} {{"))?.1.split_once('}')?.0;
        let value = rule.split_once(&format!("{name}:"))?.1.split_once(';')?.0;
        Some(value.trim().to_owned())
    }

    #[test]
    fn the_colours_are_those_of_the_style_sheet() {
        let css = include_str!("../../../style/tokens.css");
        let themes = [(":root", Tokens::light()), (":root[data-theme=\"dark\"]", Tokens::dark())];
        for (selector, tokens) in themes {
            let inks = [Ink::Accept, Ink::Reject, Ink::Other].into_iter().chain((0..HUES).map(Ink::Hue));
            let ground = [
                ("--panel", tokens.panel),
                ("--line", tokens.line),
                ("--line-soft", tokens.line_soft),
                ("--text", tokens.text),
                ("--muted", tokens.muted),
                ("--faint", tokens.faint),
            ];
            for (name, colour) in inks.map(|ink| (ink.variable(), tokens.ink(ink))).chain(ground) {
                assert_eq!(variable(css, selector, name), Some(colour.css()), "{name} of {selector}");
            }
        }
    }

    #[test]
    fn the_ramp_is_that_of_the_style_sheet() {
        let css = include_str!("../../../style/tokens.css");
        for (step, (light, dark)) in Tokens::light().ramp.iter().zip(Tokens::dark().ramp).enumerate() {
            let line = format!("--r{step}: light-dark({}, {});", light.css(), dark.css());
            assert!(css.contains(&line), "{line}");
        }
    }

    #[test]
    fn the_ramp_walks_away_from_the_panel_step_by_step() {
        for tokens in [Tokens::light(), Tokens::dark()] {
            let steps: Vec<f64> = tokens.ramp.iter().map(|c| contrast(*c, tokens.panel)).collect();
            assert!(steps.windows(2).all(|pair| pair[1] > pair[0] * 1.1), "{steps:?}");
        }
    }

    #[test]
    fn mixing_reaches_both_ends() {
        let (a, b) = (Rgb(10, 20, 30), Rgb(200, 100, 0));
        assert_eq!((a.over(b, 1.0), a.over(b, 0.0)), (a, b));
        assert_eq!(Rgb(255, 0, 16).css(), "#ff0010");
    }
}
