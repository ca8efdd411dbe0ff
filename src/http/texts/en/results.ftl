# Results of queries.
results-title = Results
results-answer = The answer
results-yes = Yes
results-no = No
results-true = Yes
results-false = No
results-any = – any –
results-choices = What to ask for
results-run = Show the answer
results-refused = These values do not fit
results-empty = No rows: nothing that is recorded fits.
results-empty-why = What the absence of a row means is said above.
results-cut =
    { $n ->
        [one] The first row is shown; the downloads have all of them.
       *[other] The first { $number } rows are shown; the downloads have all of them.
    }
results-rows =
    { $n ->
        [one] 1 row
       *[other] { $number } rows
    }
results-download = Download:
results-cite = Cite this answer
results-version = Data version { $n }
results-pinned = Pinned to data version { $n }
results-permalink = Permalink
results-permalink-what = to this answer as it is now.
results-in-memory = This service keeps its data in memory, so this answer has no lasting link.
results-newest = Ask the newest data
results-cite-as = Cite as:
results-licences = The licences of what the answer rests on:
results-query = The query
results-query-show = Show the SPARQL query
results-program = Call it from a program or a spreadsheet
results-program-lead = The same address gives the newest answer each time. Parameters go after the question mark.
results-kind-iri = an identifier (IRI)
results-kind-string = text
results-kind-integer = a whole number
results-kind-decimal = a number
results-kind-date = a date, such as 2014-02-28 or 2014
results-kind-boolean = yes or no
js-results-views = Views of the results
js-results-table = Table
js-results-chart = Chart
js-results-map = Map
js-results-network = Network
js-results-raw = Raw
js-results-yes = Yes
js-results-no = No
js-results-empty = No rows: nothing that is recorded fits.
js-results-filter = Filter the rows
js-results-rows-of = Rows { $from } to { $to } of { $total }
js-results-rows-none = No row has this text.
js-results-cut = Only the first { $rows } rows are here; the downloads have all of them.
js-results-previous = Previous
js-results-next = Next
js-results-sort = Sort by { $column }
js-results-caption = Rows: { $rows }. The headings sort.
js-results-names = Show names instead of identifiers
js-results-download = Download:
js-results-copy-of = Copy the { $name } code
js-results-code = As code
js-results-chart-none = A chart needs a column of numbers; these results have none.
js-results-chart-kind = Kind
js-results-chart-bar = Bars
js-results-chart-line = Line
js-results-chart-scatter = Points
js-results-chart-x = Along
js-results-chart-y = Amount
js-results-chart-label = { $kind }: { $y } by { $x }, { $n } values. The table has them all.
js-results-chart-most = The first { $n } of { $total } values are drawn; sort the query to choose which.
js-results-chart-left-out = Rows left out because they have no number: { $n }.
js-results-map-none = A map needs places: a column of WKT (such as POINT(2.35 48.86)) or two columns named lat and long.
js-results-map-label = Map with { $n } places. The table has them all.
js-results-map-left-out = Rows left out because they have no place: { $n }.
js-results-map-most = The first { $n } of { $total } places are drawn.
js-results-map-source = Outlines: Natural Earth, public domain.
js-results-map-no-outlines = The outlines of countries could not be loaded; the places are right all the same.
js-results-zoom-in = Zoom in
js-results-zoom-out = Zoom out
js-results-zoom-all = Show all
js-results-move = Move with the arrow keys, zoom with + and −.
js-results-network-none = A network needs two columns of identifiers in the same row.
js-results-network-from = From
js-results-network-to = To
js-results-network-label = Network of { $nodes } nodes and { $ties } ties. The table has them all.
js-results-network-most = Only the { $n } nodes with the most ties of { $total } are drawn.
js-results-network-ties = { $label }, ties: { $n }
js-results-raw-cut = The beginning is shown; the downloads have all of it.
js-results-true = true
js-results-false = false
