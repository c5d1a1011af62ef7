package spec

// Document names one of the five pages that describe connect(2).
type Document uint8

const (
	POSIX     Document = iota // POSIX.1-2008 with Technical Corrigendum 1, 2013
	Linux                     // Linux man-pages, connect(2), 2021-03-22
	MacOS                     // macOS, connect(2), 2015-03-18
	OSX                       // Mac OS X, connect(2), the 4.2BSD text of 1993-06-04
	TargetTCP                 // Blunk Microsystems TargetTCP, connect()
	DocumentCount
)

// Dialect is the behaviour of one system. There is one per document and it has
// the same name; a dialect also covers what its document is silent about.
type Dialect = Document

var documentNames = [DocumentCount]string{"posix", "linux", "macos", "osx", "targettcp"}

func (d Document) String() string {
	if d < DocumentCount {
		return documentNames[d]
	}
	return "document?"
}

// ParseDocument finds a document, and so its dialect, by name.
func ParseDocument(name string) (Document, bool) {
	for d, n := range documentNames {
		if n == name {
			return Document(d), true
		}
	}
	return 0, false
}

// Documents lists all five, in the order of the constants.
func Documents() [DocumentCount]Document {
	return [DocumentCount]Document{POSIX, Linux, MacOS, OSX, TargetTCP}
}
