//! Serde for values whose wire form is their text: `text_serde!` prints with `Display` and reads with a parser.

/// Writes `Serialize` and `Deserialize` for `$type`; `$parse` is `fn(&str) -> Result<$type, impl Display>`.
macro_rules! text_serde {
    ($type:ty, $parse:expr) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                $parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use text_serde;
