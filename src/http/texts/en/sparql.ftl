# The page to write queries on.
sparql-title = Ask in SPARQL
sparql-lead = SPARQL is the query language of linked data: you describe the pattern you look for, with ?names for what is unknown, and get every match. Queries see all data sets at once, unless they say FROM or GRAPH.
sparql-lead-queries = Rather not write any? The questions that are ready to run need none.
sparql-editor = Editor
sparql-query = SPARQL query
sparql-run = Run
sparql-cancel = Cancel
sparql-timeout = Stop after
sparql-merged = Count what accepted links join as one
sparql-seconds =
    { $n ->
        [one] { $number } second
       *[other] { $number } seconds
    }
sparql-seconds-most =
    { $n ->
        [one] { $number } second (the most)
       *[other] { $number } seconds (the most)
    }
sparql-plan = Show the plan
sparql-format = Tidy the text
sparql-keys = Ctrl+Space completes prefixes, classes and properties; Ctrl+Enter runs; Tab leaves the editor.
sparql-examples = Examples
sparql-examples-lead = The questions of the catalogue as queries. Choose one to put it into the editor.
sparql-plan-title = How the query is run
sparql-keep = Keep, share and reuse
sparql-copy-link = Copy the link to this query
sparql-short-link = Short link and citation
sparql-save = Save under a name (for holders of a token)
sparql-save-lead = A saved query appears among the questions for everybody. The token is used for this request only and is not kept.
sparql-save-title = Title: the question in plain words
sparql-save-name = Name in addresses (lower-case letters, digits and hyphens)
sparql-save-token = Token
sparql-save-button = Save
sparql-history = What you ran before
sparql-history-lead = Kept in this browser only.
sparql-history-clear = Forget all of it
sparql-program = From a program
sparql-program-lead = This address speaks the SPARQL 1.1 Protocol, with GET or POST:
sparql-program-query = the query
sparql-program-format = the format of the answer; the Accept header says the same.
sparql-program-timeout = a shorter deadline than that of the service, in seconds
sparql-program-version = the answer of an earlier data version, see
js-sparql-tab = Query { $n }
js-sparql-tab-new = New query
js-sparql-tab-close = Close { $name }
js-sparql-tabs = Queries that are open
js-sparql-completions = Suggestions
js-sparql-editor-label = SPARQL query. Ctrl+Space completes, Ctrl+Enter runs, Tab leaves.
js-sparql-running = Running…
js-sparql-cancelled = The query was cancelled.
js-sparql-done = { $rows } rows in { $seconds } s, data version { $version }.
js-sparql-done-one = 1 row in { $seconds } s, data version { $version }.
js-sparql-done-ask = Answered in { $seconds } s, data version { $version }.
js-sparql-error-place = Line { $line }, column { $column }
js-sparql-error-go = Go there
js-sparql-used = uses: { $n }
js-sparql-press = Press Ctrl+Space to complete
js-sparql-plan-summary = Rows: { $rows }. Planned in { $planning } s, evaluated in { $evaluation } s.
js-sparql-plan-stopped = Stopped before the end: { $why }
js-sparql-plan-query = The query as it was planned
js-sparql-plan-steps = Steps, each with those that it takes its rows from below it
js-sparql-plan-step = Step
js-sparql-plan-rows = Rows
js-sparql-plan-seconds = Seconds
js-sparql-link-copied = The link is copied: it leads to the answer with the newest data.
js-sparql-link-here = The link:
js-sparql-short = Short link to this answer, data version { $version }:
js-sparql-short-fleeting = This service keeps its data in memory, so the link leads to this version only until it ends.
js-sparql-cite = Cite as:
js-sparql-saved = Saved: 
js-sparql-history-at = { $when }, rows: { $rows }
js-sparql-unloaded = The editor could not be loaded; the plain text field does the same.
