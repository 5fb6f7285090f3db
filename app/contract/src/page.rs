//! The pages a view can be shown on. Every page has the same link, so that changing pages keeps the question.

use crate::{View, link};
use serde::{Deserialize, Serialize};

/// A page that shows a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    /// What flows and what is held back.
    #[default]
    Overview,
    /// How completely that is known.
    Coverage,
    /// Who talks to whom.
    Conversations,
    /// What is held back, and what of it looks like a mistake.
    Rejects,
    /// The records themselves.
    Flows,
    /// One network interface, or all of them.
    Interface,
    /// The views that people saved.
    Views,
    /// What is refused, why, and what would cure it.
    Blocked,
    /// The security groups, their rules and how they are used.
    Groups,
    /// What an edit of rules would have changed.
    Replay,
    /// What the flow logs cost.
    Cost,
    /// How a flow log is set up right.
    Setup,
    /// Whether the sources can be read, step by step.
    SelfTest,
}

impl Page {
    /// Every page, in the order of the rail.
    pub const ALL: [Page; 13] = [
        Page::Overview,
        Page::Rejects,
        Page::Blocked,
        Page::Conversations,
        Page::Interface,
        Page::Flows,
        Page::Groups,
        Page::Replay,
        Page::Cost,
        Page::Setup,
        Page::SelfTest,
        Page::Coverage,
        Page::Views,
    ];

    /// Where it lies.
    pub const fn path(self) -> &'static str {
        match self {
            Page::Overview => "/",
            Page::Coverage => "/coverage",
            Page::Conversations => "/conversations",
            Page::Rejects => "/rejects",
            Page::Flows => "/flows",
            Page::Interface => "/interface",
            Page::Views => "/views",
            Page::Blocked => "/blocked",
            Page::Groups => "/groups",
            Page::Replay => "/replay",
            Page::Cost => "/cost",
            Page::Setup => "/setup",
            Page::SelfTest => "/self-test",
        }
    }

    /// The name in the address; empty for the first page.
    pub fn name(self) -> &'static str {
        self.path().trim_start_matches('/')
    }

    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Page::Overview => "Overview",
            Page::Coverage => "Coverage",
            Page::Conversations => "Conversations",
            Page::Rejects => "Rejects",
            Page::Flows => "Flows",
            Page::Interface => "Interfaces",
            Page::Views => "Views",
            Page::Blocked => "Blocked",
            Page::Groups => "Security groups",
            Page::Replay => "Replay",
            Page::Cost => "Cost",
            Page::Setup => "Set-up",
            Page::SelfTest => "Self-test",
        }
    }

    /// The page of that name.
    pub fn from_name(name: &str) -> Option<Page> {
        Page::ALL.into_iter().find(|page| page.name() == name)
    }

    /// The address of `view` on this page. What only the page left behind understands stays there
    /// ([`View::details`]).
    pub fn address(self, view: &View) -> String {
        format!("{}?{}", self.path(), link::encode(view))
    }

    /// The address of `view` on another page: without the details that only this one understands.
    pub fn elsewhere(self, view: &View) -> String {
        self.address(&View { details: Default::default(), ..view.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changing_the_page_keeps_the_question_and_leaves_the_details() {
        let mut view = View { top: 7, ..View::default() };
        view.details.insert("id".to_owned(), "eni-1".to_owned());
        let question = Page::Overview.elsewhere(&view);
        assert_eq!(question.strip_prefix("/?"), Page::Coverage.elsewhere(&view).strip_prefix("/coverage?"));
        assert!(!question.contains("eni-1"));
        assert!(Page::Overview.address(&view).contains("id=eni-1"));
    }

    #[test]
    fn every_page_is_found_by_its_name() {
        assert!(Page::ALL.into_iter().all(|page| Page::from_name(page.name()) == Some(page)));
        assert_eq!(Page::from_name("nowhere"), None);
    }
}
