//! The files of the browser's side (`pkg/`, fonts, icons), read into memory once: they are few and small, no path can
//! lead outside, and each has an entity tag. A `NAME.br` or `NAME.gz` beside `NAME` is served in its place to whom accepts it.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Most bytes a site may hold: a folder given by mistake must not fill the memory.
const SITE_BYTES: u64 = 64 << 20;

/// Encodings that may lie beside a file, the smallest first: suffix and name on the wire.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gz", "gzip")];

/// Fonts never change under their name; everything else is asked for again, and answered by "not modified".
const FONT_CACHE: &str = "public, max-age=2592000, immutable";
const FILE_CACHE: &str = "no-cache";

/// A site folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A file or folder cannot be read.
    #[error("cannot read {path} of the site folder")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's word.
        #[source]
        source: std::io::Error,
    },
    /// The folder is something else.
    #[error("{path} holds more than {} MB: this is no site folder", SITE_BYTES >> 20)]
    TooLarge {
        /// The folder.
        path: PathBuf,
    },
}

/// The files by their path on the wire (`/pkg/weir.js`).
#[derive(Debug, Default)]
pub struct Site {
    files: HashMap<String, File>,
}

/// One file in all its encodings.
#[derive(Debug, Default)]
struct File {
    plain: Option<Variant>,
    /// One entry per [`ENCODINGS`].
    encoded: [Option<Variant>; ENCODINGS.len()],
}

#[derive(Debug, Clone)]
struct Variant {
    body: Bytes,
    tag: HeaderValue,
}

impl Site {
    /// A site without files: pages are readable, nothing in them moves.
    pub fn empty() -> Site {
        Site::default()
    }

    /// Reads the folder and everything below it.
    ///
    /// # Errors
    /// When something in it cannot be read, or it is far too large for a site.
    pub fn read(folder: &Path) -> Result<Site, SiteError> {
        let mut site = Site::default();
        let mut bytes = 0_u64;
        let mut folders = vec![(folder.to_path_buf(), String::new())];
        while let Some((at, prefix)) = folders.pop() {
            let unreadable = |source| SiteError::Unreadable { path: at.clone(), source };
            for entry in std::fs::read_dir(&at).map_err(unreadable)? {
                let path = entry.map_err(unreadable)?.path();
                let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
                let wire = format!("{prefix}/{name}");
                let unreadable = |source| SiteError::Unreadable { path: path.clone(), source };
                let about = std::fs::metadata(&path).map_err(unreadable)?;
                if about.is_dir() {
                    folders.push((path, wire));
                    continue;
                }
                bytes += about.len();
                if bytes > SITE_BYTES {
                    return Err(SiteError::TooLarge { path: folder.to_path_buf() });
                }
                site.add(&wire, std::fs::read(&path).map_err(unreadable)?);
            }
        }
        Ok(site)
    }

    /// Whether the browser's program is there.
    pub fn has_program(&self) -> bool {
        self.files.keys().any(|path| path.starts_with("/pkg/") && path.ends_with(".wasm"))
    }

    /// Adds one file under its path on the wire.
    pub fn add(&mut self, wire: &str, body: impl Into<Bytes>) {
        let body = body.into();
        let slot = ENCODINGS
            .iter()
            .position(|(suffix, _)| wire.rsplit_once('.').is_some_and(|(_, end)| end == *suffix));
        let name = match slot {
            Some(_) => wire.rsplit_once('.').map_or(wire, |(name, _)| name),
            None => wire,
        };
        let variant = Variant { tag: tag(&body, slot), body };
        let file = self.files.entry(name.to_owned()).or_default();
        match slot.and_then(|slot| file.encoded.get_mut(slot)) {
            Some(place) => *place = Some(variant),
            None => file.plain = Some(variant),
        }
    }

    /// The response for a path, or `None` when there is no such file.
    pub fn serve(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        let file = self.files.get(path)?;
        let accepted =
            request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let encoded = ENCODINGS.iter().zip(&file.encoded).find_map(|((_, name), variant)| {
            variant.as_ref().filter(|_| accepts(accepted, name)).map(|variant| (variant, Some(*name)))
        });
        let (variant, encoding) = encoded.or_else(|| file.plain.as_ref().map(|variant| (variant, None)))?;
        let known =
            request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let unchanged = variant.tag.to_str().is_ok_and(|tag| known.split(',').any(|one| one.trim() == tag));
        let mut response = match unchanged {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => variant.body.clone().into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, variant.tag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let cache = if path.ends_with(".woff2") { FONT_CACHE } else { FILE_CACHE };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
        if let Some(name) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        Some(response)
    }
}

/// Whether an `Accept-Encoding` header names `encoding` without forbidding it (`;q=0`).
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let forbidden = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case(encoding) && !forbidden
    })
}

/// A strong entity tag: equal bytes in equal encoding have equal tags.
fn tag(body: &[u8], slot: Option<usize>) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    (body, slot).hash(&mut hasher);
    let text = format!("\"{:016x}\"", hasher.finish());
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The media type by the name's ending. WebAssembly must have its own or browsers compile it only after download.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn asking(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    fn site() -> Site {
        let mut site = Site::empty();
        site.add("/pkg/weir_bg.wasm", "plain");
        site.add("/pkg/weir_bg.wasm.br", "small");
        site
    }

    #[test]
    fn the_smaller_encoding_goes_to_whom_accepts_it() {
        let site = site();
        let small =
            site.serve("/pkg/weir_bg.wasm", &asking(header::ACCEPT_ENCODING, "gzip, br;q=0.9")).unwrap();
        assert_eq!(small.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(small.headers()[header::CONTENT_TYPE], "application/wasm");
        for refusing in ["gzip", "br;q=0", ""] {
            let plain = site.serve("/pkg/weir_bg.wasm", &asking(header::ACCEPT_ENCODING, refusing)).unwrap();
            assert!(!plain.headers().contains_key(header::CONTENT_ENCODING), "{refusing}");
        }
        assert!(site.has_program());
    }

    #[test]
    fn a_known_tag_is_answered_without_the_body() {
        let site = site();
        let first = site.serve("/pkg/weir_bg.wasm", &HeaderMap::new()).unwrap();
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = site.serve("/pkg/weir_bg.wasm", &asking(header::IF_NONE_MATCH, &tag)).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = site.serve("/pkg/weir_bg.wasm", &asking(header::IF_NONE_MATCH, "\"x\"")).unwrap();
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[test]
    fn only_what_was_read_is_served() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        std::fs::write(folder.path().join("pkg/weir.css"), "a{}").unwrap();
        let site = Site::read(folder.path()).unwrap();
        assert!(site.serve("/pkg/weir.css", &HeaderMap::new()).is_some());
        assert!(site.serve("/pkg/../pkg/weir.css", &HeaderMap::new()).is_none());
        assert!(Site::read(&folder.path().join("missing")).is_err());
    }
}
