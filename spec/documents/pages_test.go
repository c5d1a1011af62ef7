package documents

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/connspec/connspec/spec"
)

// The pages lie beside the project, not in it.
const pagesDir = "../../../shared/documents"

// An errno entry as each page prints it, by its name in the first group. The
// names of the 2015 page are lost: the group is empty there.
var entryForm = [spec.DocumentCount]*regexp.Regexp{
	spec.POSIX:     regexp.MustCompile(`^(E[A-Z]+)$`),
	spec.Linux:     regexp.MustCompile(`^\d+ \.BR? (E[A-Z]+)(?: ", " EPERM)?$`),
	spec.MacOS:     regexp.MustCompile(`^\[()\]$`),
	spec.OSX:       regexp.MustCompile(`^ +\[(E[A-Z]+)\] `),
	spec.TargetTCP: regexp.MustCompile(`^(E[A-Z]+) [A-Za-z]`),
}

// The names by which the pages' files begin.
var pageFile = [spec.DocumentCount]string{"posix-*.txt", "linux-*.txt", "macos-*.txt", "osx-*.txt", "targettcp*.txt"}

// pageEntries reads the errno names of a page's list, in order.
func pageEntries(t *testing.T, d spec.Document, text string) []string {
	t.Helper()
	var names []string
	last := 0
	for line := range strings.Lines(strings.ReplaceAll(text, "\u00a0", " ")) {
		line = strings.TrimRight(line, "\r\n")
		number := troffLine(line)
		m := entryForm[d].FindStringSubmatch(line)
		// The numbered troff source has dropped its bare macro lines, so the
		// head of an entry follows a gap; a name within a sentence does not.
		if m != nil && (d != spec.Linux || number > last+1) && !heading[m[1]] {
			names = append(names, m[1])
		}
		last = number
	}
	return names
}

// heading holds the upper-case lines that look like an errno and are none.
var heading = map[string]bool{"ERROR": true, "ERRORS": true, "EXAMPLES": true}

func troffLine(line string) int {
	n := 0
	for _, c := range line {
		if c < '0' || c > '9' {
			break
		}
		n = 10*n + int(c-'0')
	}
	return n
}

func TestPagesHaveTheSameEntries(t *testing.T) {
	for _, d := range spec.Documents() {
		t.Run(d.String(), func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(pagesDir, pageFile[d]))
			if err != nil || len(files) != 1 {
				t.Skipf("the errno list of %v was not compared with its page: no %s in shared/documents beside the repository", d, pageFile[d])
			}
			text, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			page := pageEntries(t, d, string(text))
			ours := entryErrnos(t, d)
			if len(page) != len(ours) {
				t.Fatalf("page has %d entries %v, clauses have %d %v", len(page), page, len(ours), ours)
			}
			for i, name := range page {
				if name != "" && name != ours[i].String() {
					t.Errorf("entry %d: page has %s, clauses have %v", i+1, name, ours[i])
				}
			}
		})
	}
}

// TestNoSentenceIsThePages looks for six words in a row that a clause has in
// common with a page.
func TestNoSentenceIsThePages(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(pagesDir, "*.txt"))
	if len(files) != int(spec.DocumentCount) {
		t.Skip("the wording of the clauses was not compared with the pages: no shared/documents beside the repository")
	}
	const run = 6
	pages := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, phrase := range phrases(string(text), run) {
			pages[phrase] = filepath.Base(file)
		}
	}
	for _, c := range All() {
		for _, phrase := range phrases(c.Text, run) {
			if file, ok := pages[phrase]; ok {
				t.Errorf("%s: %q stands in %s", c.ID, phrase, file)
			}
		}
	}
}

// phrases gives every n words in a row of text, troff line numbers and macro
// names left out.
func phrases(text string, n int) []string {
	troff := regexp.MustCompile(`(?m)^\d+ (\.[A-Z]+ ?)?`)
	text = troff.ReplaceAllString(strings.ReplaceAll(text, "\u00a0", " "), "")
	words := regexp.MustCompile(`[a-z0-9_]+`).FindAllString(strings.ToLower(text), -1)
	var all []string
	for i := 0; i+n <= len(words); i++ {
		all = append(all, strings.Join(words[i:i+n], " "))
	}
	return all
}
