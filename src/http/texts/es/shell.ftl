# Lo que rodea a cada página.
nav-skip = Ir al contenido
nav-main = Principal
nav-find = Buscar entidades, servicios, lugares
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
footer-about = cómo se entrelazan las entidades, los servicios y los sectores de la política social
footer-datasets = Conjuntos de datos y licencias
footer-help = Qué significan las cifras
footer-api = Interfaz para programas
footer-cite = Citar esta página

# Una petición que falló.
error-status = Estado { $status }
error-line = Línea { $line }:
error-line-column = Línea { $line }, columna { $column }:
error-home = Ir a la página inicial
error-near = Quizá buscaba
error-search = Buscar «{ $words }»
error-title-400 = No se entiende la petición
error-title-401 = El acceso requiere un token
error-title-403 = Acceso no permitido
error-title-404 = No encontrado
error-title-405 = Esto no se puede hacer aquí
error-title-406 = No está disponible en este formato
error-title-409 = Los datos han cambiado entretanto
error-title-410 = Ya no está disponible
error-title-413 = Demasiado grande
error-title-429 = Demasiadas peticiones
error-title-500 = El servicio ha fallado
error-title-503 = El servicio está ocupado
error-title-504 = Tarda demasiado
error-title-other = La petición se ha rechazado

js-error-network = No se puede contactar con el servicio. Compruebe la conexión e inténtelo de nuevo.
js-error-status = Estado { $status }
js-copied = Copiado
