//! The tree of paths.

mod api;
mod guards;
mod health;
mod pages;
mod pictures;
