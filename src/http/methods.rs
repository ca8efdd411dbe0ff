//! Methods that HTTP itself answers: `OPTIONS` tells what a resource can be asked.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// The method of RFC drafts on safe methods with a body: asks like POST, changes nothing like GET.
pub(super) const QUERY: &str = "QUERY";

/// A method that no resource has, and no layer knows: the router's answer to it gets an `Allow` with
/// those that the resource does have.
pub(super) const NO_METHOD: &[u8] = b"WEFT-WHAT-IS-ALLOWED";

/// Answers `OPTIONS` with the methods of the resource. What browsers ask before a request to
/// another site is answered further in, by the CORS layer.
pub(super) async fn answer_options(mut request: Request, next: Next) -> Response {
    let is_preflight = request
        .headers()
        .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || is_preflight {
        return next.run(request).await;
    }
    if let Ok(method) = Method::from_bytes(NO_METHOD) {
        *request.method_mut() = method;
    }
    let mut response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    *response.status_mut() = StatusCode::NO_CONTENT;
    *response.body_mut() = Body::empty();
    let headers = response.headers_mut();
    for name in [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
    ] {
        headers.remove(name);
    }
    response
}
