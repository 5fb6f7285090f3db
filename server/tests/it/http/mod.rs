//! The tree of paths.

mod advice;
mod api;
mod boxes;
mod cost;
mod guards;
mod health;
mod pages;
mod pictures;
mod views;
