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
error-near = Did you mean
error-search = Search for “{ $words }”
error-title-400 = The request cannot be understood
error-title-401 = Access needs a token
error-title-403 = Access is not allowed
error-title-404 = Not found
error-title-405 = This cannot be done here
error-title-406 = Not available in this format
error-title-409 = The data have changed meanwhile
error-title-410 = No longer available
error-title-413 = Too large
error-title-429 = Too many requests
error-title-500 = The service has failed
error-title-503 = The service is busy
error-title-504 = It takes too long
error-title-other = The request was refused

js-error-network = The service cannot be reached. Check the connection and try again.
js-error-status = Status { $status }
js-copied = Copied
