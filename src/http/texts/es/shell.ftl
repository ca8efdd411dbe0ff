# Lo que rodea a cada página.
nav-skip = Ir al contenido
nav-main = Principal
nav-find = Buscar actores, servicios, lugares
nav-find-button = Buscar
nav-explore = Explorar
nav-networks = Redes
nav-integration = Integración
nav-queries = Preguntas
nav-sparql = SPARQL
nav-ontology = Ontología
nav-partners = Socios
nav-api = API
nav-help = Ayuda
footer-about = cómo se entrelazan los actores, los servicios y los sectores de la política social
footer-datasets = Conjuntos de datos y licencias
footer-help = Qué significan las cifras
footer-api = Interfaz para programas
footer-cite = Citar esta página

# Una petición que falló.
error-status = Estado { $status }
error-line = Línea { $line }:
error-line-column = Línea { $line }, columna { $column }:
error-home = Ir a la página inicial

js-error-network = No se puede contactar con el servicio. Compruebe la conexión e inténtelo de nuevo.
js-error-status = Estado { $status }
js-copied = Copiado
