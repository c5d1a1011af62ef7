package known

import (
	_ "embed"
	"fmt"
	"os"
	"strings"
)

//go:embed known.txt
var embedded string

// embeddedName is how messages name the list that is built in.
const embeddedName = "diffcheck/known/known.txt"

// List is the content of one file of known divergences.
type List struct {
	Name    string
	Entries []Entry
}

// SyntaxError says where a file of known divergences cannot be read.
type SyntaxError struct {
	File         string
	Line, Column int
	Expected     string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Expected)
}

// Embedded is the list that diffcheck carries.
func Embedded() (*List, error) { return Parse(embeddedName, embedded) }

// Load reads a list from a file.
func Load(path string) (*List, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, string(text))
}

const (
	separator = " | " // with its spaces: "POLLIN|POLLOUT" is one field
	form      = "expected \"rule | target | version | what was seen | why | link\""
)

var columns = [...]string{"rule", "target", "version", "what was seen", "why", "link"}

// Parse reads a list. Its errors are of type *[SyntaxError].
func Parse(name, text string) (*List, error) {
	l := &List{Name: name}
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		fields := strings.Split(line, separator)
		if len(fields) != len(columns) {
			return nil, &SyntaxError{name, i + 1, len(line) + 1,
				fmt.Sprintf("%s: %d fields instead of %d", form, len(fields), len(columns))}
		}
		column := 1
		for f, field := range fields {
			if strings.TrimSpace(field) == "" {
				return nil, &SyntaxError{name, i + 1, column, form + ": no " + columns[f]}
			}
			column += len(field) + len(separator)
			fields[f] = strings.TrimSpace(field)
		}
		l.Entries = append(l.Entries, Entry{i + 1, fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]})
	}
	return l, nil
}

// Find gives the index of the first entry that explains the sighting, or -1.
func (l *List) Find(s *Sighting) int {
	for i := range l.Entries {
		if l.Entries[i].Explains(s) {
			return i
		}
	}
	return -1
}
