//! What can go wrong between Weir and a store, by situation rather than by layer, each with its cure.
//! Knows no SDK: `s3` and `folder` translate into these.

/// An error of a lower layer, kept as the cause.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a source cannot be listed or an object cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The text given as a source is neither an S3 URL nor a folder.
    #[error("not a source: {url} ({why})")]
    BadUrl {
        /// The text as given.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The folder does not exist.
    #[error("folder not found: {path}")]
    NoFolder {
        /// The folder as given.
        path: String,
    },
    /// What was given as a folder is a file.
    #[error("{path} is a file, not a folder")]
    NotAFolder {
        /// The file as given.
        path: String,
    },
    /// The bucket does not exist.
    #[error("bucket not found: {bucket}")]
    NoBucket {
        /// The bucket's name.
        bucket: String,
    },
    /// The credential chain ended without credentials.
    #[error("no AWS credentials for s3://{bucket}")]
    NoCredentials {
        /// The bucket's name.
        bucket: String,
        /// What the chain said.
        #[source]
        source: Cause,
    },
    /// There are credentials, but AWS does not take them: expired, unknown, or signed with a wrong clock.
    #[error("credentials not accepted for s3://{bucket}: {code}")]
    BadCredentials {
        /// The bucket's name.
        bucket: String,
        /// AWS's error code, such as `ExpiredToken`.
        code: String,
        /// The answer in full.
        #[source]
        source: Cause,
    },
    /// The credentials are good but may not do this.
    #[error("access denied: {permission} on {resource}")]
    Denied {
        /// The missing permission, such as `s3:ListBucket`; `read` for a folder.
        permission: &'static str,
        /// The ARN or path the permission is missing on.
        resource: String,
        /// The answer in full.
        #[source]
        source: Cause,
    },
    /// The bucket lives in another region than the one asked, and following it did not help.
    #[error("bucket {bucket} is not in region {asked}")]
    WrongRegion {
        /// The bucket's name.
        bucket: String,
        /// The region that was asked.
        asked: String,
        /// The region the answer names, if it names one.
        region: Option<String>,
    },
    /// No answer: the name does not resolve, the connection is refused or times out.
    #[error("cannot reach {endpoint}")]
    Unreachable {
        /// The endpoint's address.
        endpoint: String,
        /// The connection error.
        #[source]
        source: Cause,
    },
    /// The store still asked to slow down after all retries.
    #[error("s3://{bucket} keeps asking to slow down")]
    Throttled {
        /// The bucket's name.
        bucket: String,
        /// The last answer.
        #[source]
        source: Cause,
    },
    /// The object was deleted after it was listed.
    #[error("object no longer exists: {key}")]
    Gone {
        /// The object's key.
        key: String,
    },
    /// The object is not the one that was listed: other ETag, size or time.
    #[error("object was replaced after it was listed: {key}")]
    Changed {
        /// The object's key.
        key: String,
    },
    /// The object lies in a storage class that must be restored before reading.
    #[error("object is archived and must be restored first: {key}")]
    Archived {
        /// The object's key.
        key: String,
    },
    /// The object is larger than a source reads into memory.
    #[error("object of {size} bytes exceeds the limit of {limit} bytes: {key}")]
    TooLarge {
        /// The object's key.
        key: String,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The body ended early or stood still, each time it was tried.
    #[error("transfer broke off {attempts} times: {key}")]
    Interrupted {
        /// The object's key.
        key: String,
        /// How often it was tried.
        attempts: u32,
        /// What broke the last try.
        #[source]
        source: Cause,
    },
    /// So many objects without a single one that could be a flow log: probably the wrong place.
    #[error("no flow logs among the first {looked} objects of {name}")]
    NotFlowLogs {
        /// The source as given.
        name: String,
        /// How many objects were looked at.
        looked: usize,
    },
    /// The file system failed.
    #[error("cannot read {path}")]
    Disk {
        /// The file or folder.
        path: String,
        /// The operating system's error.
        #[source]
        source: std::io::Error,
    },
    /// An answer that fits no other situation.
    #[error("unexpected answer from {endpoint}: {code}")]
    Unexpected {
        /// The endpoint's address.
        endpoint: String,
        /// The error code, or what is known instead.
        code: String,
        /// The HTTP status, if there was an answer at all.
        status: Option<u16>,
        /// The answer in full.
        #[source]
        source: Cause,
    },
}

impl StoreError {
    /// What the reader can do about it: the missing permission, the setting, the next step.
    pub fn hint(&self) -> String {
        match self {
            Self::BadUrl { .. } => "give s3://bucket/prefix or the path of a folder".into(),
            Self::NoFolder { .. } => "check the path; it is seen from where weir was started".into(),
            Self::NotAFolder { path } => {
                format!("give the folder it lies in; `weir decode {path}` prints the records of one file")
            }
            Self::NoBucket { bucket } => {
                format!("check the name {bucket} and, for a store other than AWS, --endpoint-url")
            }
            Self::NoCredentials { .. } => "set AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run \
                 `aws sso login`, or give the machine an instance role; a public bucket needs anonymous access"
                .into(),
            Self::BadCredentials { code, .. } => credentials_hint(code),
            Self::Denied { permission: "read", resource, .. } => {
                format!("let the user weir runs as read {resource}")
            }
            Self::Denied { permission, resource, .. } => {
                format!("allow {permission} on {resource} for these credentials")
            }
            Self::WrongRegion { region: Some(region), .. } => format!("set the region to {region}"),
            Self::WrongRegion { region: None, .. } => "set AWS_REGION to the bucket's region".into(),
            Self::Unreachable { endpoint, .. } => {
                format!("check the network and that {endpoint} is the right endpoint")
            }
            Self::Throttled { .. } => "it is tried again; fewer reads at a time may help".into(),
            Self::Gone { .. } => "a lifecycle rule or a person deleted it; nothing to do".into(),
            Self::Changed { .. } => "the next listing sees the new object".into(),
            Self::Archived { .. } => "restore the object, or choose a later start of the time range".into(),
            Self::TooLarge { .. } => "flow-log objects are far smaller; is this one?".into(),
            Self::Interrupted { .. } => "it is tried again; check the network if it stays so".into(),
            Self::NotFlowLogs { .. } => "give the prefix that holds AWSLogs/, or a folder of .log.gz files".into(),
            Self::Disk { .. } => "check the disk and the permissions of the path".into(),
            Self::Unexpected { .. } => "the log holds the full answer".into(),
        }
    }

    /// Whether asking again later may succeed without anybody changing anything.
    pub fn may_retry(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Throttled { .. } | Self::Interrupted { .. } => true,
            Self::Unexpected { status, .. } => status.is_none_or(|status| status >= 500),
            _ => false,
        }
    }
}

/// Expired, unknown and mis-signed keys have different cures.
fn credentials_hint(code: &str) -> String {
    match code {
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
            "the session has expired: run `aws sso login` or renew the temporary credentials"
        }
        "RequestTimeTooSkewed" => "set this machine's clock",
        "SignatureDoesNotMatch" => "the secret access key does not belong to the access key id",
        _ => "check AWS_ACCESS_KEY_ID, AWS_PROFILE and the session token",
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_names_the_permission_and_the_resource() {
        let denied = StoreError::Denied {
            permission: "s3:ListBucket",
            resource: "arn:aws:s3:::logs".into(),
            source: "403".into(),
        };
        assert_eq!(denied.to_string(), "access denied: s3:ListBucket on arn:aws:s3:::logs");
        assert_eq!(denied.hint(), "allow s3:ListBucket on arn:aws:s3:::logs for these credentials");
        assert!(!denied.may_retry());
    }

    #[test]
    fn only_faults_that_may_pass_are_retried() {
        let answer = |status| StoreError::Unexpected {
            endpoint: "x".into(),
            code: "y".into(),
            status,
            source: "z".into(),
        };
        assert!(answer(Some(500)).may_retry());
        assert!(answer(None).may_retry());
        assert!(!answer(Some(400)).may_retry());
        assert!(!StoreError::Gone { key: "k".into() }.may_retry());
    }
}
