//! Answers kept for equal questions, until the data changes.

use contract::{Conversations, Intent, Matrix, Summary, Timeline, Top, Values};
use hashbrown::HashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Answers kept; a page asks five questions, so this is a hundred views. A large one is a few hundred KB.
const KEPT: usize = 512;

/// Any answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A timeline.
    Timeline(Arc<Timeline>),
    /// A heatmap.
    Matrix(Arc<Matrix>),
    /// A ranking.
    Top(Arc<Top>),
    /// A summary.
    Summary(Arc<Summary>),
    /// The values of a field.
    Values(Arc<Values>),
    /// What looks like a mistake.
    Intent(Arc<Intent>),
    /// Conversations.
    Conversations(Arc<Conversations>),
    /// How many records start in each stretch of a range.
    Census(Arc<Vec<u64>>),
}

/// The kept answers, all of one generation of the data.
#[derive(Debug, Default)]
pub struct Cache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    generation: u64,
    answers: HashMap<String, Answer>,
    order: VecDeque<String>,
}

impl Cache {
    /// The answer kept for a question over this generation.
    pub fn get(&self, generation: u64, question: &str) -> Option<Answer> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.generation != generation { None } else { kept.answers.get(question).cloned() }
    }

    /// Keeps an answer; forgets those of other generations, and the oldest when full.
    pub fn put(&self, generation: u64, question: String, answer: Answer) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if generation < kept.generation {
            return;
        }
        if generation > kept.generation {
            *kept = Kept { generation, ..Kept::default() };
        }
        if kept.answers.insert(question.clone(), answer).is_none() {
            kept.order.push_back(question);
        }
        if kept.order.len() > KEPT
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.answers.remove(&oldest);
        }
    }
}
