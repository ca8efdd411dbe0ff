# The page of anything that the data speaks of.
entity-types = Types
entity-default-graph = default graph
entity-inferred = inferred
entity-inferred-by = inferred by { $rules }
entity-stated-under = stated under this identifier
entity-more-values = { $n ->
    [one] and one more, which the data formats have
   *[other] and { $number } more, which the data formats have
}
entity-also-called = Also called:

entity-is-actor = “{ $name }” is an actor
entity-is-group = “{ $name }” stands for a group of actors
entity-is-innovation = “{ $name }” is a documented innovation
entity-is-service = “{ $name }” is a service
entity-of-type = , of the type “{ $value }”
entity-of-sphere = , in the sphere “{ $value }”
entity-at-place = , in { $value }
entity-on-level = , level of responsibility: { $value }
entity-in-sectors = Works in: { $value }.
entity-of-sectors = Sectors: { $value }.
entity-no-sector = No sector is recorded.
entity-takes-part = { $n ->
    [one] Takes part in one service or innovation.
   *[other] Takes part in { $number } services or innovations.
}
entity-has-participants = { $n ->
    [one] One actor takes part.
   *[other] { $number } actors take part.
}
entity-has-partners = { $n ->
    [0] Shares none with another actor.
    [one] Shares something with one other actor.
   *[other] Has { $number } partners: actors with which it shares a service, an innovation or a tie.
}

entity-ties = Ties, by role
entity-participants = Who takes part, by role
entity-ties-count = { $n ->
    [one] One recorded tie
   *[other] { $number } recorded ties
}
entity-no-ties = No ties are recorded. That does not mean that there are none.
entity-ties-note = A tie that is not recorded is not known to be absent. Without an instrument a tie is not known to be informal.
entity-parts-left-out = { $n ->
    [one] One more tie is not shown; the data formats below have it.
   *[other] { $number } more ties are not shown; the data formats below have them.
}
entity-and-more = { $n ->
    [one] and one more
   *[other] and { $number } more
}
entity-part-no-role = Takes part, role not recorded
entity-part-provides = Provider
entity-part-tie = Tie, role not recorded
entity-part-pays = Pays
entity-part-is-paid = Is paid by
entity-part-member-of = Member of
entity-part-member = Members
entity-part-part-of = Part of
entity-part-part = Parts
entity-part-leads = Lead
entity-column-in = In what, or with whom
entity-column-who = Who
entity-column-with = With
entity-column-instrument = Instrument
entity-column-when = When
entity-column-amount = Amount
entity-column-source = Source
entity-statement = the statement
entity-since = since { $since }
entity-until = until { $until }

entity-sectors = Sectors, and who says so
entity-no-sectors = Nobody says in which sector this is.
entity-disputed = Sources differ: within one classification they name different sectors. All are kept.
entity-means = What this means
entity-column-sector = Sector
entity-column-scheme = Classification
entity-column-says = Who says so
entity-column-agree = Agreement
entity-asserted = asserted by
entity-undisputed = not disputed
entity-differs = { $n ->
    [one] Sources differ: one names other sectors of this classification
   *[other] Sources differ: { $number } name other sectors of this classification
}
entity-conflicts = Statements that exclude each other
entity-conflicts-means = The sources give different values. All are kept with their source; none is preferred.
entity-claim = Claim
entity-says = according to

entity-time = Over time
entity-time-drawing = Bars from the first to the last recorded year; the list below has the same
entity-time-open = A dashed bar has no recorded end.
entity-as-list = As a list
entity-as-table = As a table

entity-around = Its network
entity-around-drawing = { $n ->
    [one] One neighbour in the network; the table below names it
   *[other] { $number } neighbours in the network; the table below has the same
}
entity-around-caption = { $name } is in the middle. A thicker line stands for more that is shared, thin lines join neighbours that share something. The numbers stand for sectors:
entity-around-most = Drawn are the { $most } of { $total } neighbours that share most.
entity-around-alone = In the network, but without a tie to another.
entity-around-none = Not in the network: no part in anything is recorded, or it stands for a group of organisations.
entity-around-later = The network is being computed. Load this page again in a moment.
entity-around-network = Open in the network
entity-kind-unknown = sector not recorded
entity-kind-other = other sectors
entity-column-shared = Shared
entity-metrics = Where it stands
entity-metrics-of = Metrics in the network “{ $network }”, with the rank by size among all that have a value
entity-metrics-note = A high rank is not a good mark: what a number says, and what it does not, is behind its name.
entity-column-metric = Metric
entity-column-value = Value
entity-column-rank = Rank
entity-column-means = What it says
entity-rank = { $rank } of { $of }
entity-rank-shared = { $rank } of { $of }, shared with { $shared }
entity-undefined = no value
entity-yes = yes
entity-no = no

entity-joined-actor = One actor, { $number } IRIs
entity-joined-service = One service, { $number } IRIs
entity-joined-innovation = One innovation, { $number } IRIs
entity-joined-thing = One thing, { $number } IRIs
entity-joined-means = Accepted links say that these are one. What is stated under each of them is shown together; removing a link takes them apart again.
entity-links = Links
entity-link = Link
entity-link-who = Who
entity-link-when = When
entity-link-score = Score
entity-link-why = Why
entity-link-about = about this link
entity-stated-in = Stated in
entity-contradiction = A reviewer has found { $one } and { $other } to be two. The links above join them all the same; remove one of them if that is wrong.

entity-concepts = Concepts
entity-concept-notation = Notation
entity-concept-name = Name
entity-concept-definition = Definition
entity-all-statements = All statements
entity-all-statements-open = Show every statement, property by property
entity-statements = Statements
entity-mentioned = Where it is mentioned
entity-sources = Sources and formats
entity-graphs = Stated in:
entity-formats = As data:
entity-cite = Cite as:
entity-cite-dated = { $title }. In: Weft, data version { $version } of { $date }. { $iri }
entity-cite-undated = { $title }. In: Weft, data version { $version }. { $iri }
entity-licences = Licences of the data:
entity-cite-how = How to cite

entity-preview-also = Also called
entity-preview-stated-in = Stated in
entity-preview-id = Identifier

entity-row = { $table }, row { $row }
entity-values = { $n ->
    [one] One value
   *[other] { $number } values
}
entity-read-all = Read all
entity-graph-ontology = Vocabulary and code lists
entity-graph-inferred = Conclusions of the alignment rules
entity-graph-metrics = Network metrics
entity-graph-links = Links between data sets
entity-graph-queries = Query catalogue
entity-no-licence = Licence: not stated by the data set.

entity-contact = How to reach it
entity-contact-website = Website
entity-contact-phone = Telephone
entity-contact-mail = E-mail
entity-contact-address = Address
entity-contact-hours = Opening hours
entity-contact-languages = Languages
entity-contact-eligibility = Who it is for
entity-contact-mode = How it is delivered
entity-contact-access = Accessibility
entity-contact-area = Area served
entity-contact-status = Status
entity-day-1 = Monday
entity-day-2 = Tuesday
entity-day-3 = Wednesday
entity-day-4 = Thursday
entity-day-5 = Friday
entity-day-6 = Saturday
entity-day-7 = Sunday

entity-elsewhere = The same elsewhere
entity-else-same = The same as
entity-else-page = Page about it
entity-else-video = Video
entity-else-source = Known from

entity-payments = { $n ->
    [one] one payment
   *[other] { $number } payments
}
entity-total = { $sum } in all, in { $payments } with a recorded amount
entity-alike = { $n ->
    [one] once
   *[other] { $number } statements alike
}
entity-more-ties = { $n ->
    [one] Show one more
   *[other] Show { $number } more
}

entity-rest-of = { $heading }: the others

entity-around-which = Network: { $network }.
entity-around-affiliation = No other actor is recorded in what it takes part in, so it has no ties in the network of collaboration; this is the network of actors and what they take part in.
entity-around-funding = It takes part in nothing that is recorded; this is the network of who funds whom.
entity-metrics-common = { $n ->
    [one] One more, whose value is none or nearly everybody’s
   *[other] { $number } more, whose values are none or nearly everybody’s
}
entity-rank-common = no rank: { $alike } of { $of } have this value

entity-is-place = “{ $name }” is a place.
entity-is-place-within = “{ $name }” is a place in { $place }.
entity-is-code = “{ $name }” is a concept that things are classified by.
entity-is-code-of = “{ $name }” is a concept of the list “{ $list }”.
entity-hub-within = Lies in:
entity-hub-list = List:
entity-hub-here = Who and what is here
entity-hub-with = Who and what it is said of
entity-hub-actors = { $n ->
    [one] one actor
   *[other] { $number } actors
}
entity-hub-innovations = { $n ->
    [one] one innovation
   *[other] { $number } innovations
}
entity-hub-services = { $n ->
    [one] one service
   *[other] { $number } services
}
entity-hub-explore = Explore
entity-hub-board = Board of integration
entity-hub-network = Network of collaboration
entity-hub-sectors = By sector
entity-hub-sectors-note = What is in several sectors counts in each of them.
entity-hub-no-sector = No sector recorded
entity-hub-count = Number
entity-hub-first = The first { $most } of { $total }, by name
entity-hub-all = By name
entity-hub-see = { $n ->
    [one] See it
   *[other] See all { $number }
}
entity-hub-none = No actor, innovation or service is recorded here.
entity-hub-parts = Places in it
entity-hub-show-parts = { $n ->
    [one] Show one place
   *[other] Show { $number } places, offices among them
}
entity-hub-broader = Broader
entity-hub-narrower = Narrower
entity-hub-matches = In other lists
entity-match-exact = The same
entity-match-close = Nearly the same
entity-match-broad = Part of what is broader there
entity-match-narrow = Narrower there
entity-match-related = Related
