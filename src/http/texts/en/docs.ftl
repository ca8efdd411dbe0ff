# What programs can ask.
docs-title = API
docs-lead = Everything on these pages can also be asked for by programs: tables for spreadsheets and dashboards, files for network analysis, SPARQL. Reading needs no token.
docs-download = Download the description (OpenAPI 3.1)
docs-formats = Formats
docs-formats-text = The extension of an address names the format: json, csv or xlsx; without one the Accept header decides.
docs-versions = Versions
docs-versions-text = Each answer says in Weft-Data-Version which version of the data it rests on. Send its ETag back in If-None-Match, and you get 304 while nothing has changed.
docs-token = Token
docs-token-text = To write, or to see private graphs, send the header Authorization: Bearer TOKEN. Below, “Authorize” does that for what you try out; the token is forgotten when you leave the page.
docs-errors = Errors
docs-errors-text = An error says in its detail what went wrong and what can be done. A parameter that is not known is an error too.
docs-operations = What can be asked
docs-count = { $n ->
    [one] One operation.
   *[other] { $number } operations.
  } Their names and descriptions are in English.

js-docs-value = Value
js-docs-expand = Expand
