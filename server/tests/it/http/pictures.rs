//! `/api/v1/{timeline,matrix}.{svg,png}`.

use crate::fake::{LINK, get};

#[tokio::test]
async fn pictures_have_the_size_and_type_that_was_asked_for() {
    for subject in ["timeline", "matrix"] {
        let svg = get(&format!("/api/v1/{subject}.svg?{LINK}&width=640&height=200")).await;
        assert_eq!((svg.status.as_u16(), svg.header("content-type")), (200, "image/svg+xml"), "{subject}");
        let text = svg.text();
        assert!(text.contains("<svg") && text.contains("640") && text.contains("200"), "{subject}");
        let png = get(&format!("/api/v1/{subject}.png?{LINK}&width=640&height=200&ratio=2")).await;
        assert_eq!((png.status.as_u16(), png.header("content-type")), (200, "image/png"), "{subject}");
        let size = |at: usize| u32::from_be_bytes(png.body[at..at + 4].try_into().unwrap());
        assert_eq!((&png.body[1..4], size(16), size(20)), (b"PNG".as_slice(), 1_280, 400), "{subject}");
    }
}

#[tokio::test]
async fn the_dark_theme_is_another_picture() {
    let path = format!("/api/v1/timeline.svg?{LINK}");
    assert_ne!(get(&path).await.body, get(&format!("{path}&theme=dark")).await.body);
    assert_eq!(get(&path).await.body, get(&format!("{path}&theme=light")).await.body);
}

#[tokio::test]
async fn sizes_out_of_bounds_and_unknown_themes_are_refused() {
    for wrong in ["width=10", "width=100000", "height=1", "ratio=9", "theme=sepia", "width=wide", "filter=(("]
    {
        let refused = get(&format!("/api/v1/matrix.png?{LINK}&{wrong}")).await;
        assert_eq!(
            (refused.status.as_u16(), refused.json()["kind"].as_str()),
            (400, Some("bad-question")),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_drawing_of_a_document_is_a_file_too() {
    for (page, id, words) in [
        ("rejects", "week", "Friday"),
        ("conversations", "groups", "10.0.0.0/24"),
        ("rejects", "sources", "10.0.0"),
    ] {
        let svg = get(&format!("/api/v1/report/{page}/{id}.svg?{LINK}&width=900&theme=dark")).await;
        assert_eq!((svg.status.as_u16(), svg.header("content-type")), (200, "image/svg+xml"), "{page}/{id}");
        let text = svg.text();
        assert!(text.contains("width=\"900\"") && text.contains(words), "{page}/{id}: {text}");
        let png = get(&format!("/api/v1/report/{page}/{id}.png?{LINK}&width=900&ratio=2")).await;
        assert_eq!(png.header("content-type"), "image/png");
        assert_eq!(u32::from_be_bytes(png.body[16..20].try_into().unwrap()), 1_800, "pixels across");
    }
    for missing in ["rejects/intent.svg", "rejects/none.png", "rejects/week.gif", "rejects/week"] {
        assert_eq!(get(&format!("/api/v1/report/{missing}?{LINK}")).await.status, 404, "{missing}");
    }
    assert_eq!(get(&format!("/api/v1/report/rejects/week.svg?{LINK}&width=9")).await.status, 400);
}
