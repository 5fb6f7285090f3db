//! The tree of paths.

mod api;
mod cost;
mod guards;
mod health;
mod pages;
mod pictures;
