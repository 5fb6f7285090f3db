//! A panel with a form: works without scripts.

use super::head::{panel, safe};
use contract::report::{Form, FormField, FormKind};
use leptos::prelude::*;
use parts::seam::Seam;

/// The panel.
pub fn draw(form: Form) -> impl IntoView {
    let Form { head, action, is_order, hidden, fields, button } = form;
    let form_id = head.id.clone();
    let hidden =
        hidden.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let fields = fields.into_iter().map(|one| field(&form_id, one)).collect_view();
    panel(
        head,
        view! {
            <form class="questions" action=safe(action) method=if is_order { "post" } else { "get" }>
                {hidden.collect_view()}
                {fields}
                <button class="ctl primary" type="submit">{button}</button>
            </form>
        },
    )
}

fn field(form_id: &str, field: FormField) -> impl IntoView + use<> {
    let FormField { name, label, value, hint, fault, kind } = field;
    let id = format!("{form_id}-{name}");
    let described = format!("{id}-hint");
    let is_faulty = (!fault.is_empty()).then_some("true");
    let (for_id, by) = (id.clone(), described.clone());
    let input = match kind {
        FormKind::Line => view! {
            <input id=id name=name value=value autocomplete="off" spellcheck="false" aria-invalid=is_faulty aria-describedby=by/>
        }
        .erased(),
        FormKind::Number => view! {
            <input id=id name=name value=value inputmode="decimal" autocomplete="off" aria-invalid=is_faulty aria-describedby=by/>
        }
        .erased(),
        FormKind::Lines => view! {
            <textarea id=id name=name rows="6" spellcheck="false" aria-invalid=is_faulty aria-describedby=by>{value}</textarea>
        }
        .erased(),
        FormKind::Switch => view! {
            <input id=id type="checkbox" name=name value="yes" checked=value == "yes" aria-describedby=by/>
        }
        .erased(),
        FormKind::OneOf(choices) => {
            let option = |(choice, label): (String, String)| {
                let is_chosen = choice == value;
                view! { <option value=choice selected=is_chosen>{label}</option> }
            };
            view! {
                <select id=id name=name aria-invalid=is_faulty aria-describedby=by>
                    {choices.into_iter().map(option).collect_view()}
                </select>
            }
            .erased()
        }
    };
    view! {
        <div class="field">
            <label for=for_id>{label}</label>
            {input}
            <small id=described><b>{fault}</b> {hint}</small>
        </div>
    }
}
