# What stands around every page.
nav-skip = Skip to the content
nav-main = Main
nav-find = Search actors, services, places
nav-find-button = Search
nav-explore = Explore
nav-networks = Networks
nav-integration = Integration
nav-queries = Questions
nav-sparql = SPARQL
nav-ontology = Ontology
nav-partners = Partners
nav-api = API
nav-help = Help
footer-about = how actors, services and sectors of social policy are woven together
footer-datasets = Data sets and licences
footer-help = What the figures mean
footer-api = Interface for programs
footer-cite = Cite this page

# A request that failed.
error-status = Status { $status }
error-line = Line { $line }:
error-line-column = Line { $line }, column { $column }:
error-home = To the first page

js-error-network = The service cannot be reached. Check the connection and try again.
js-error-status = Status { $status }
js-copied = Copied
