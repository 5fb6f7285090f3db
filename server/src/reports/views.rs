//! Views: the list, what was just done to one of them, one with its history, and the form of a new one. Everything is
//! plain links and forms; `act` and `id` in the address say which view and what about it.

use crate::views::{Draft, Edition, SavedView, Shelf, Told, Views};
use contract::report::{Block, Cell, Code, Column, Form, FormField, FormKind, Head, Row, Table, Text, Tone};
use contract::{Page, Refusal, Report, View, human, link};

/// The page.
///
/// # Errors
/// When views cannot be kept here, or there is no such view.
pub async fn compose(views: &Views, view: &View, now: i64) -> Result<Report, Refusal> {
    let detail = |name: &str| view.details.get(name).map(String::as_str).unwrap_or_default();
    let (act, id, search) = (detail("act"), detail("id").to_owned(), detail("q"));
    if act == "new" {
        views.with(|_| Ok(())).await?;
        return Ok(new(view, detail("on")));
    }
    let chosen = match id.is_empty() {
        true => None,
        false => Some(views.with(move |shelf| shelf.one(&id)).await?),
    };
    match (act, chosen) {
        ("", Some(told)) => Ok(one(&told, now)),
        (act, chosen) => {
            let all = views.with(Shelf::all).await?;
            let said = chosen.map(|told| done(act, &told.view)).unwrap_or_default();
            Ok(list(&all, view, search, said, now))
        }
    }
}

/// The list, under what was just done.
fn list(all: &[SavedView], view: &View, search: &str, done: Report, now: i64) -> Report {
    let found = |view: &&SavedView| view.draft.matches(search);
    let (deleted, kept): (Vec<&SavedView>, Vec<&SavedView>) =
        all.iter().filter(found).partition(|view| view.deleted);
    let mut blocks = done.blocks;
    blocks.push(Block::Table(Table {
        head: Head::new("views", "Saved views").about("the last changed first"),
        columns: ["Name", "Short link", "Times", "Owner", "Tags", "Changed"].map(Column::words).to_vec(),
        rows: kept.into_iter().map(|view| row(view, now)).collect(),
        empty: match search.is_empty() {
            true => "No view is saved yet. Share on any page has \u{201c}Save view\u{201d}.".to_owned(),
            false => "No view has these words.".to_owned(),
        },
    }));
    blocks.push(Block::Form(search_form(view, search)));
    if !deleted.is_empty() {
        blocks.push(Block::Table(Table {
            head: Head::new("deleted", "Deleted").about("can be brought back"),
            columns: ["Name", "Owner", "Deleted"].map(Column::words).to_vec(),
            rows: deleted.into_iter().map(|view| deleted_row(view, now)).collect(),
            empty: String::new(),
        }));
    }
    Report { headline: done.headline, blocks }
}

fn search_form(view: &View, search: &str) -> Form {
    let asked = View { details: Default::default(), ..view.clone() };
    let hidden = app::signals::use_link::hidden_fields(&asked, &[]);
    Form {
        head: Head::new("search", "Search"),
        action: Page::Views.path().to_owned(),
        hidden,
        fields: vec![field(
            "q",
            "Words",
            search,
            "In the name, the description, the owner, the tags or the filter.",
        )],
        button: "Search".to_owned(),
        ..Form::default()
    }
}

/// The view of a link of ours.
fn view_of(link: &str) -> View {
    link::decode(link).unwrap_or_default()
}

fn row(view: &SavedView, now: i64) -> Row {
    let Draft { name, description, owner, tags, .. } = &view.draft;
    let named = Cell::new(name).name().note(description).to(&view.address);
    let named = if view.home { named.way("Home of everybody", edit(view)) } else { named };
    Row::of([
        named.way("Edit", edit(view)),
        Cell::code(format!("/v/{}", view.slug)),
        Cell::new(times(&view.draft)).note(filter(&view.draft)),
        Cell::new(owner),
        Cell::new(tags.join(", ")),
        Cell::new(ago(view.edited, now)).exact(human::utc(view.edited)),
    ])
}

fn deleted_row(view: &SavedView, now: i64) -> Row {
    let named = Cell::new(&view.draft.name).name().way("Bring back", edit(view));
    let cells = [named, Cell::new(&view.draft.owner), Cell::new(ago(view.edited, now))];
    Row { tone: Tone::Quiet, ..Row::of(cells) }
}

/// Where a view is edited.
fn edit(view: &SavedView) -> String {
    format!("{}?id={}", Page::Views.path(), view.slug)
}

fn ago(at: i64, now: i64) -> String {
    format!("{} ago", human::duration(now - at))
}

/// The range in words.
fn times(draft: &Draft) -> String {
    let said = app::range::said(&view_of(&draft.link), 0);
    if draft.is_live() { format!("Live, {}", said.to_lowercase()) } else { format!("{said} UTC") }
}

fn filter(draft: &Draft) -> String {
    view_of(&draft.link).filter.to_string()
}

/// What was just done to a view, and how it is undone.
fn done(act: &str, view: &SavedView) -> Report {
    let name = format!("\u{201c}{}\u{201d}", view.draft.name);
    let headline = match act {
        "saved" => format!("{name} is saved. Its short link is `/v/{}`.", view.slug),
        "deleted" => format!("{name} is deleted."),
        "restored" => format!("{name} is back."),
        "pinned" => format!("{name} is now what the address `/` opens, for everybody."),
        "unpinned" => format!("The address `/` opens the Overview again; {name} stays in the list."),
        _ => return Report::default(),
    };
    let undo =
        view.deleted.then(|| Block::Form(order(view, "undo", "Deleted by mistake", "restore", "Undo")));
    Report { headline, blocks: undo.into_iter().collect() }
}

/// A form of one button.
fn order(view: &SavedView, id: &str, title: &str, act: &str, button: &str) -> Form {
    Form {
        head: Head::new(id, title),
        action: action(view),
        is_order: true,
        hidden: vec![("do".to_owned(), act.to_owned())],
        fields: Vec::new(),
        button: button.to_owned(),
    }
}

fn action(view: &SavedView) -> String {
    format!("/api/v1/views/{}", view.slug)
}

/// One view: its link, what can be done with it, how it came to be.
fn one(told: &Told, now: i64) -> Report {
    let view = &told.view;
    let state = if view.deleted { "deleted; it can be brought back" } else { "saved" };
    let headline = format!("\u{201c}{}\u{201d} is {state}. It shows `{}`.", view.draft.name, view.address);
    let mut blocks = Vec::new();
    if view.deleted {
        blocks.push(Block::Form(order(view, "undo", "Bring it back", "restore", "Bring back")));
    } else {
        blocks.push(Block::Pair(vec![Block::Form(edit_form(view)), Block::Form(delete_form(view))]));
        blocks.push(Block::Pair(vec![Block::Code(short_link(view)), Block::Form(home_form(view))]));
    }
    blocks.push(Block::Table(history(told, now)));
    if told.history.len() > 1 {
        blocks.push(Block::Form(bring_back(told, now)));
    }
    Report { headline, blocks }
}

fn short_link(view: &SavedView) -> Code {
    let file = String::new();
    Code {
        head: Head::new("short", "Short link").way("Open", &view.address),
        text: format!("/v/{}", view.slug),
        file,
    }
}

fn edit_form(view: &SavedView) -> Form {
    let Draft { name, description, owner, tags, page, link } = &view.draft;
    let mut fields = about(name, description, owner, &tags.join(", "));
    fields.push(field("link", "Question", link, "The link it opens; change the times or the filter here."));
    Form {
        head: Head::new("edit", "Edit").about(format!("edition {}", view.edition)),
        action: action(view),
        is_order: true,
        hidden: vec![
            ("do".to_owned(), "edit".to_owned()),
            ("edition".to_owned(), view.edition.to_string()),
            ("page".to_owned(), page.clone()),
        ],
        fields,
        button: "Save".to_owned(),
    }
}

fn delete_form(view: &SavedView) -> Form {
    let form = order(view, "delete", "Delete", "delete", "Delete this view");
    Form { head: form.head.about("can be undone; the short link then leads to the list"), ..form }
}

fn home_form(view: &SavedView) -> Form {
    match view.home {
        true => order(view, "home", "The home of everybody", "unpin", "Let / open the Overview again"),
        false => order(view, "home", "Home", "pin", "Let / open this view, for everybody"),
    }
}

fn history(told: &Told, now: i64) -> Table {
    let rows = told.history.iter().enumerate().map(|(place, edition)| {
        let before = told.history.get(place + 1);
        Row::of([
            Cell::new(edition.number.to_string()).name().to(edition.draft.address()),
            Cell::new(edition.change(before)),
            Cell::new(&edition.draft.name),
            Cell::new(&edition.draft.owner),
            Cell::new(ago(edition.at, now)).exact(edition.time()),
        ])
    });
    Table {
        head: Head::new("history", "History").about("nothing is overwritten"),
        columns: ["Edition", "Change", "Name", "Owner", "When"].map(Column::words).to_vec(),
        rows: rows.collect(),
        empty: String::new(),
    }
}

fn bring_back(told: &Told, now: i64) -> Form {
    let choice = |edition: &Edition| {
        let label = format!("{}: {}, {}", edition.number, edition.draft.name, ago(edition.at, now));
        (edition.number.to_string(), label)
    };
    let choices: Vec<_> = told.history.iter().skip(1).map(choice).collect();
    let value = choices.first().map(|(number, _)| number.clone()).unwrap_or_default();
    let kind = FormKind::OneOf(choices);
    let edition =
        FormField { kind, value, ..field("edition", "Edition", "", "It becomes the newest edition.") };
    let form = order(&told.view, "back", "Bring back an earlier edition", "restore", "Bring back");
    Form { fields: vec![edition], ..form }
}

fn field(name: &str, label: &str, value: &str, hint: &str) -> FormField {
    FormField {
        name: name.to_owned(),
        label: label.to_owned(),
        value: value.to_owned(),
        hint: hint.to_owned(),
        ..FormField::default()
    }
}

/// What a person writes about a view.
fn about(name: &str, description: &str, owner: &str, tags: &str) -> Vec<FormField> {
    vec![
        field(
            "name",
            "Name",
            name,
            "What one sees there, in a few words. The short link is made of the first name.",
        ),
        FormField {
            kind: FormKind::Lines,
            ..field("description", "Description", description, "What it is for, and what to do about it.")
        },
        field("owner", "Owner", owner, "Whom to ask."),
        field("tags", "Tags", tags, "With commas between them."),
    ]
}

/// The form of a new view: of the question of the address on the page named `on`.
fn new(view: &View, on: &str) -> Report {
    let page = Page::from_name(on).unwrap_or_default();
    let asked = View { details: Default::default(), ..view.clone() };
    let title = app::preview::seen(page, &asked);
    let mut fields = about(&title, "", "", "");
    if asked.is_live() {
        let choices = [
            ("live", "Live: whoever opens it sees the latest of then"),
            ("moment", "This moment: the times of now, for ever"),
        ];
        let kind =
            FormKind::OneOf(choices.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec());
        fields.push(FormField { kind, ..field("times", "Times", "live", "") });
    }
    let hidden = vec![("page".to_owned(), page.path().to_owned()), ("link".to_owned(), link::encode(&asked))];
    let form = Form {
        head: Head::new("save", "Save view").about(page.label()),
        action: "/api/v1/views".to_owned(),
        is_order: true,
        hidden,
        fields,
        button: "Save view".to_owned(),
    };
    let shown = Text {
        head: Head::new("shown", "What is saved").way("Back", page.address(&asked)),
        paragraphs: vec![
            format!("`{}`", page.address(&asked)),
            "Everybody who opens this Weir finds the view in the list and by its short link. Every change is kept."
                .to_owned(),
        ],
    };
    Report { headline: String::new(), blocks: vec![Block::Pair(vec![Block::Form(form), Block::Text(shown)])] }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn asked(link: &str) -> View {
        link::decode(link).unwrap()
    }

    fn draft(name: &str) -> Draft {
        let link = "v=1&from=now-3h&to=now&filter=action%20%3D%20REJECT".to_owned();
        Draft { name: name.into(), page: "/".into(), link, owner: "Net".into(), ..Draft::default() }
    }

    fn forms(report: &Report) -> Vec<&Form> {
        fn of(blocks: &[Block]) -> Vec<&Form> {
            blocks
                .iter()
                .flat_map(|block| match block {
                    Block::Form(form) => vec![form],
                    Block::Pair(blocks) => of(blocks),
                    _ => Vec::new(),
                })
                .collect()
        }
        of(&report.blocks)
    }

    #[tokio::test]
    async fn the_list_shows_what_is_kept_and_below_it_what_was_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let views = Views::open(folder.path());
        let (first, second) = (draft("SSH"), draft("Databases"));
        views.with(move |shelf| shelf.add(first, 100)).await.unwrap();
        views.with(move |shelf| shelf.add(second, 200)).await.unwrap();
        views.with(|shelf| shelf.delete("ssh", 300)).await.unwrap();
        let report = compose(&views, &asked("act=deleted&id=ssh"), 400).await.unwrap();
        assert_eq!(report.headline, "“SSH” is deleted.");
        assert_eq!(forms(&report)[0].action, "/api/v1/views/ssh");
        let names: Vec<_> = report.tables().iter().map(|table| table.rows[0].cells[0].text.clone()).collect();
        assert_eq!(names, ["Databases", "SSH"]);
        let none = compose(&views, &asked("q=nothing"), 400).await.unwrap();
        assert!(none.tables()[0].rows.is_empty() && none.tables()[0].empty.contains("these words"));
    }

    #[tokio::test]
    async fn a_view_tells_its_history_and_an_edit_carries_its_edition() {
        let folder = tempfile::tempdir().unwrap();
        let views = Views::open(folder.path());
        let (first, second) = (draft("SSH"), draft("Secure shell"));
        views.with(move |shelf| shelf.add(first, 100)).await.unwrap();
        views.with(move |shelf| shelf.edit("ssh", None, second, 200)).await.unwrap();
        let report = compose(&views, &asked("id=ssh"), 3_800).await.unwrap();
        let rows = &report.tables()[0].rows;
        let texts: Vec<&str> = rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["2", "Changed name", "Secure shell", "Net", "1 h ago"]);
        assert!(forms(&report)[0].hidden.contains(&("edition".to_owned(), "2".to_owned())));
        let missing = compose(&views, &asked("id=none"), 0).await.unwrap_err();
        assert_eq!(missing.status(), 404);
    }

    #[tokio::test]
    async fn a_new_view_is_named_after_what_is_seen_and_asks_how_its_times_are_meant() {
        let folder = tempfile::tempdir().unwrap();
        let views = Views::open(folder.path());
        let report = compose(&views, &asked("act=new&on=coverage&from=now-3h"), 0).await.unwrap();
        let form = forms(&report)[0];
        assert_eq!(form.fields[0].value, "Coverage, last 3 hours");
        assert!(form.fields.iter().any(|field| field.name == "times"));
        assert!(form.hidden.contains(&("page".to_owned(), "/coverage".to_owned())));
        let fixed = compose(&views, &asked("act=new&from=1&to=9"), 0).await.unwrap();
        assert!(forms(&fixed)[0].fields.iter().all(|field| field.name != "times"));
        let refused = compose(&Views::nowhere(), &asked("act=new"), 0).await.unwrap_err();
        assert!(refused.message.contains("no data folder"), "{refused}");
    }
}
