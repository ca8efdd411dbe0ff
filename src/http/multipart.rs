//! Bodies of several parts, as forms send files (RFC 7578).

use super::error::ApiError;
use super::request::BODY_PATIENCE;
use axum::body::Body;
use mime::Mime;
use tokio_stream::StreamExt;

/// A part of a form.
pub(super) struct Part {
    /// The name of the field.
    pub(super) name: String,
    /// The name of the file, without folders.
    pub(super) file_name: Option<String>,
    /// What it says it is.
    pub(super) content_type: Option<Mime>,
    /// What it holds.
    pub(super) bytes: Vec<u8>,
}

/// Why a body was not read to its end.
#[derive(Debug, thiserror::Error)]
enum Unread {
    #[error("it is too long")]
    TooLarge,
    #[error("it stopped coming")]
    Slow,
    #[error("{0}")]
    Broken(String),
}

/// Whether a body is of this kind.
pub(super) fn is_multipart(media_type: &Mime) -> bool {
    media_type.essence_str() == "multipart/form-data"
}

/// Reads all parts, of no more than `limit` bytes together.
pub(super) async fn read(
    media_type: &Mime,
    body: Body,
    limit: usize,
) -> Result<Vec<Part>, ApiError> {
    let bad = |error: multer::Error| {
        let cause = match &error {
            multer::Error::StreamReadFailed(cause) => cause.downcast_ref(),
            _ => None,
        };
        match cause {
            Some(Unread::TooLarge) => ApiError::TooLarge(limit),
            Some(Unread::Slow) => ApiError::SlowBody,
            Some(Unread::Broken(_)) | None => {
                ApiError::BadRequest(format!("the multipart body cannot be read: {error}"))
            }
        }
    };
    let boundary = multer::parse_boundary(media_type).map_err(bad)?;
    let mut taken = 0;
    let stream = body.into_data_stream().timeout(BODY_PATIENCE);
    let stream = stream.map(move |chunk| {
        let chunk = chunk
            .map_err(|_| Unread::Slow)?
            .map_err(|error| Unread::Broken(error.to_string()))?;
        taken += chunk.len();
        if taken > limit {
            return Err(Unread::TooLarge);
        }
        Ok(chunk)
    });
    let mut multipart = multer::Multipart::new(stream, boundary);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(bad)? {
        let last = |name: &str| name.rsplit(['/', '\\']).next().map(str::to_owned);
        parts.push(Part {
            name: field.name().unwrap_or_default().to_owned(),
            file_name: field.file_name().and_then(last),
            content_type: field.content_type().cloned(),
            bytes: field.bytes().await.map_err(bad)?.to_vec(),
        });
    }
    Ok(parts)
}
