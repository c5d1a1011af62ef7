package house

import (
	"os"
	"testing"
)

// rule is one that a file keeps or breaks by itself.
type rule struct {
	name  string
	check func(source) []finding
}

var fileRules = []rule{
	{"imports", checkImports},
	{"pure", checkPure},
	{"sizes", checkSizes},
	{"names", checkNames},
	{"left-open", checkLeftOpen},
	{"panics", checkPanics},
}

func TestTreeKeepsTheRules(t *testing.T) {
	tree := readTree(t)
	if len(tree) < 20 {
		t.Fatalf("only %d Go files found: is %s the repository?", len(tree), root)
	}
	for _, rule := range fileRules {
		t.Run(rule.name, func(t *testing.T) {
			for _, s := range tree {
				report(t, rule.check(s))
			}
		})
	}
	t.Run("map-order", func(t *testing.T) {
		packages, order := map[string][]source{}, []string{}
		for _, s := range tree {
			if !s.pure() {
				continue
			}
			if packages[s.dir()] == nil {
				order = append(order, s.dir())
			}
			packages[s.dir()] = append(packages[s.dir()], s)
		}
		imports, err := exportData(tree[0].fset, "./spec/...", "./model/...", "./impl/...")
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range order {
			found, err := checkMapOrder(packages[dir], imports)
			if err != nil {
				t.Error(err)
			}
			report(t, found)
		}
	})
	t.Run("top-level", func(t *testing.T) {
		entries, err := os.ReadDir(root)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		report(t, checkTopLevel(names))
	})
}

func report(t *testing.T, found []finding) {
	t.Helper()
	for _, f := range found {
		t.Errorf("%s: %s", f.at, f.text)
	}
}
