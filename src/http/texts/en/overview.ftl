# The first page.
overview-title = actors, services and sectors
overview-heading = Who works with whom, across sectors and levels?
overview-lead = Weft is a map of social services: who provides, funds, regulates and refers; in which sector and on which level of responsibility; and on whose word.
overview-search = Find an organisation, a service or a case by name
overview-browse = Browse everything
overview-here = What is here
overview-sentence = { $actors }, { $services } and { $innovations }; { $participations }, and { $provisions }; in { $sectors } and on { $levels }.
overview-count-actors = { $n ->
    [one] One actor
   *[other] { $number } actors
}
overview-count-services = { $n ->
    [0] no services
    [one] one service
   *[other] { $number } services
}
overview-count-innovations = { $n ->
    [0] no documented innovations
    [one] one documented innovation
   *[other] { $number } documented innovations
}
overview-count-participations = { $n ->
    [0] no recorded parts that actors take in them
    [one] one recorded part that an actor takes in them
   *[other] { $number } recorded parts that actors take in them
}
overview-count-provisions = { $n ->
    [0] no actor is recorded as the provider of a service
    [one] one service is recorded with an actor that provides it
   *[other] { $number } times an actor is recorded as the provider of a service
}
overview-count-sectors = { $n ->
    [one] one sector
   *[other] { $number } sectors
}
overview-count-levels = { $n ->
    [one] one level of responsibility
   *[other] { $number } levels of responsibility
}
overview-fresh = Last changed { $changed } (data version { $version }), from
overview-version = Data version { $version }, from
overview-sets-count = { $n ->
    [one] one data set
   *[other] { $number } data sets
}
overview-filled = { $share } of the fields expected of every actor are filled in.
overview-means = What this means

overview-figures = Six figures
overview-pending = The figures are being computed; the rest of the page is complete.
overview-reload = Load the page again
overview-actors = Actors
overview-actors-means = Organisations, units, networks and groups that the data name.
overview-actors-basis = { $part } of { $whole } are in the collaboration network; of the others no part in anything is recorded, or they stand for a group.
overview-services = Services and innovations
overview-services-means = What is delivered to people, and documented practices around it.
overview-services-basis = For { $part } of { $whole } at least one actor is recorded that provides it or takes part.
overview-held-name = Hang together
overview-held-means = Share of the actors in the network that are in its largest connected part: from each of them there is a path to each other.
overview-held-alone = { $alone } of { $nodes } actors in the network have no recorded tie: directories often name one provider for each service, and then no tie is recorded. The figure says how much is recorded rather than who works together.
overview-bridging-name = Ties that bridge
overview-bridging-means = Share of the ties that cross a sector, a level of responsibility or both: integration that is recorded.
overview-dependence-name = Sector pairs held by one actor
overview-dependence-means = Share of the joined pairs of sectors that a single actor holds together: without it no recorded tie is left.
overview-formal-name = Formalised ties
overview-formal-means = Share of the recorded ties that rest on an instrument such as a contract, an agreement or a membership.
overview-rests = This rests on { $actors } of { $all } actors, in { $sets } of { $of } data sets: no tie that counts here is recorded for the others.
overview-basis = { $part } of { $whole }.
overview-basis-unknown = { $part } of { $whole }; { $unknown } cannot be judged.
overview-coverage = Coverage { $share }
overview-no-value = no value
overview-trend = Trend:
overview-trend-up = up from { $from } ({ $begin }) to { $to } ({ $end })
overview-trend-down = down from { $from } ({ $begin }) to { $to } ({ $end })
overview-trend-sets = . In between the number of data sets went from { $before } to { $after }: other data, not only change
overview-trend-first = no trend yet: first version
overview-trend-none = no trend: this figure is not in the history yet
overview-trend-same = { $to } on { $begin } and again on { $end }
overview-cite = How to cite
overview-history = All headline figures over time

overview-doors = Where to go on
overview-door-analyst = I want to see how services hang together
overview-door-analyst-says = The integration board: sector by sector, level by level, what hangs on one actor and where bridges are missing, each with its table and its limits.
overview-scenarios = What if
overview-door-builder = I build a dashboard
overview-door-builder-says = Every figure is an address: JSON, CSV and more, with filters, for Grafana, Superset, Power BI or a spreadsheet.
overview-door-researcher = I have a research question
overview-door-researcher-says = Questions that are ready to run, a query editor, the vocabulary, and a way to cite each answer.
overview-door-partner = I have data to share
overview-door-partner-says = Upload, see the check report and what would change, accept; review links between data sets.

overview-questions = Questions people ask
overview-questions-all = { $n ->
    [one] The question that is ready to run
   *[other] All { $number } questions that are ready to run
}
overview-sets = Data sets
overview-set = Data set
overview-triples = Statements
overview-changed = Last changed
overview-licence = Licence
overview-no-licence = not stated
overview-private = private
overview-sets-more = { $n ->
    [one] One more data set, files and licences
   *[other] { $number } more data sets, files and licences
}
overview-sets-files = Files to download, publishers and licences

overview-empty = Nothing has been loaded yet
overview-empty-load = Load an RDF file, the INNOSERV cases that come with the program, or tables in a known form:
overview-empty-partners = Or upload data in the browser:
overview-command-line = From the command line
overview-read-only = This service is read-only.
overview-write-open = To write (this service takes writes without a token from this machine):
overview-write-token = To write, make a token and send it:
overview-summary = Counts as JSON
overview-health = Health
