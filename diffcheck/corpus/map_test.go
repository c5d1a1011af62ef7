package corpus

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// named is the name of a script as docs/corpus.md has it.
var named = regexp.MustCompile("`([a-z0-9]+/[a-z0-9-]+)`")

// The page that leads to the scripts names none that there is not.
func TestPageNamesScripts(t *testing.T) {
	page, err := os.ReadFile("../../docs/corpus.md")
	if err != nil {
		t.Fatal(err)
	}
	all := Names()
	found := named.FindAllSubmatch(page, -1)
	if len(found) < 100 {
		t.Errorf("docs/corpus.md names %d scripts, want at least 100", len(found))
	}
	for _, m := range found {
		if name := string(m[1]) + ".pkt"; !slices.Contains(all, name) {
			t.Errorf("docs/corpus.md names %s, which there is not", name)
		}
	}
}
