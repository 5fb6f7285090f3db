//! The tree of paths.

mod advice;
mod api;
mod guards;
mod health;
mod pages;
mod pictures;
