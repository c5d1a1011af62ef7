package house

import (
	"fmt"
	"go/importer"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// snippet parses a small file as if it stood in the tree under name.
func snippet(t *testing.T, name, text string) source {
	t.Helper()
	s, err := parse(token.NewFileSet(), name, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// imports is a file that imports the given paths for nothing.
func imports(paths ...string) string {
	var b strings.Builder
	b.WriteString("package p\n")
	for _, p := range paths {
		fmt.Fprintf(&b, "import _ %q\n", p)
	}
	return b.String()
}

// TestPlantedFaultsAreFound feeds each rule a file that breaks it and, where
// the line is fine, one that does not. Every rule has both.
func TestPlantedFaultsAreFound(t *testing.T) {
	long := func(lines int) string { return strings.Repeat("\n", lines) }
	for _, plant := range []struct {
		rule, file, text string
		want             string // part of the finding; "" for none
	}{
		{"imports", "impl/host.go", imports(module + "/model"), "impl may not import model"},
		{"imports", "impl/tcp/conn.go", imports(module + "/model/oracle"), "impl may not import model/oracle"},
		{"imports", "impl/host.go", imports(module + "/spec/documents"), "impl may not import spec/documents"},
		{"imports", "impl/host_test.go", imports(module + "/model"), "impl may not import model"},
		{"imports", "impl/host.go", imports(module + "/hwtarget"), "impl may not import hwtarget"},
		{"imports", "impl/host.go", imports(module+"/spec", module+"/impl/tcp", "net/netip"), ""},
		{"imports", "impl/host_test.go", imports(module+"/hwtarget/simnet", "pgregory.net/rapid"), ""},
		{"imports", "model/world.go", imports(module + "/impl/wire"), "model may not import impl/wire"},
		{"imports", "model/world_test.go", imports(module + "/impl"), "model may not import impl"},
		{"imports", "model/world.go", imports(module+"/spec", module+"/spec/documents"), ""},
		{"imports", "spec/errno.go", imports(module + "/model"), "spec may not import model"},
		{"imports", "hwtarget/pump.go", imports(module + "/impl"), "hwtarget may not import impl"},
		{"imports", "hwtarget/pump.go", imports(module + "/model"), "hwtarget may not import model"},
		{"imports", "hwtarget/pump.go", imports("golang.org/x/sys/unix", module+"/hwtarget/rawsock"), ""},
		{"imports", "hwtarget/pump.go", imports(module + "/diffcheck/script"), "hwtarget may not import diffcheck/script"},
		{"imports", "model/world.go", imports(module + "/diffcheck/script"), "model may not import diffcheck/script"},
		{"imports", "diffcheck/run/run.go", imports(module+"/model", module+"/impl"), ""},
		{"imports", "tools/gen.go", imports(module + "/spec"), "code outside of"},
		{"imports", "spec/errno.go", imports("golang.org/x/sys/unix"), "standard library only"},
		{"imports", "spec/errno_test.go", imports("golang.org/x/sys/unix"), ""},
		{"imports", "model/world.go", imports("sync"), "may not import sync"},
		{"imports", "model/world.go", imports("sync/atomic"), "may not import sync/atomic"},
		{"imports", "model/world.go", imports("unsafe"), "may not import unsafe"},
		{"imports", "impl/host.go", imports("crypto/rand"), "may not import crypto/rand"},
		{"imports", "impl/host.go", imports("os"), "may not import os"},
		{"imports", "impl/netconn/conn.go", imports("net", "sync"), ""},
		{"imports", "hwtarget/x.go", "package p\nimport \"C\"\n", "cgo"},

		{"pure", "model/a.go", "package p\nimport \"time\"\nvar t = time.Now()\n", "time.Now"},
		{"pure", "model/a.go", "package p\nimport clock \"time\"\nvar t = clock.Now()\n", "time.Now"},
		{"pure", "model/a.go", "package p\nimport \"time\"\nvar t = 3 * time.Second\n", ""},
		{"pure", "model/a_test.go", "package p\nimport \"time\"\nvar t = time.Now()\n", ""},
		{"pure", "hwtarget/a.go", "package p\nimport \"time\"\nvar t = time.Now()\n", ""},
		{"pure", "impl/a.go", "package p\nfunc f() { go f() }\n", "goroutine"},
		{"pure", "impl/netconn/a.go", "package p\nfunc f() { go f() }\n", ""},
		{"pure", "impl/a.go", "package p\nvar c chan int\n", "channel type"},
		{"pure", "impl/a.go", "package p\nfunc f() { c <- 1 }\n", "uses a channel"},
		{"pure", "impl/a.go", "package p\nfunc f() { <-c }\n", "receives"},
		{"pure", "impl/a.go", "package p\nfunc f() { select {} }\n", "uses a channel"},
		{"pure", "impl/a.go", "package p\nimport \"math/rand\"\nvar n = rand.Intn(3)\n", "global generator"},
		{"pure", "impl/a.go", "package p\nimport \"math/rand/v2\"\nvar n = rand.IntN(3)\n", "global generator"},
		{"pure", "impl/a.go", "package p\nimport \"math/rand/v2\"\nvar r *rand.Rand = rand.New(rand.NewPCG(1, 2))\n", ""},

		{"sizes", "impl/a.go", "package p\nfunc f() {" + long(70) + "}\n", "71 lines"},
		{"sizes", "impl/a.go", "package p\nfunc f() {" + long(69) + "}\n", ""},
		{"sizes", "impl/a_test.go", "package p\nfunc f() {" + long(70) + "}\n", ""},
		{"sizes", "impl/a.go", "package p\n" + long(500), "more than 500"},
		{"sizes", "impl/a.go", "package p\n" + long(498), ""},

		{"names", "impl/a.go", "package util\n", "package name util"},
		{"names", "impl/tcp_helpers.go", "package p\n", "file name tcp_helpers.go"},
		{"names", "impl/common_test.go", "package p\n", "file name common_test.go"},
		{"names", "impl/a.go", "package p\ntype ConnManager int\n", "type name ConnManager"},
		{"names", "impl/datagram.go", "package p\ntype Datagram int\n", ""},

		{"left-open", "impl/a.go", "package p\n// TO" + "DO: more\n", "leaves something open"},
		{"left-open", "impl/a_test.go", "package p\n/* FIX" + "ME */\n", "leaves something open"},
		{"left-open", "impl/a.go", "package p\n// EXXX and todos\n", ""},

		{"panics", "impl/a.go", "package p\nfunc f() { panic(\"no such state\") }\n", "BUG"},
		{"panics", "impl/a.go", "package p\nfunc f() { panic(err) }\n", "BUG"},
		{"panics", "impl/a.go", "package p\nfunc f() { panic(\"BUG: \" + err.Error()) }\n", ""},
		{"panics", "impl/a.go", "package p\nfunc f() { panic(fmt.Sprintf(\"BUG: %d\", 1)) }\n", ""},
	} {
		i := slices.IndexFunc(fileRules, func(r rule) bool { return r.name == plant.rule })
		found := fileRules[i].check(snippet(t, plant.file, plant.text))
		expectFinding(t, plant.rule+" in "+plant.file, found, plant.want)
	}
}

func expectFinding(t *testing.T, plant string, found []finding, want string) {
	t.Helper()
	switch {
	case want == "" && len(found) != 0:
		t.Errorf("%s: found %v, want nothing", plant, found)
	case want != "" && len(found) == 0:
		t.Errorf("%s: found nothing, want %q", plant, want)
	case want != "" && !strings.Contains(found[0].text, want):
		t.Errorf("%s: found %v, want %q", plant, found, want)
	}
}

func TestPlantedMapOrderIsFound(t *testing.T) {
	for _, plant := range []struct{ body, want string }{
		{"for k := range m { use(k) }", "ranges over a map"},
		{"for _, v := range named { use(v) }", "ranges over a map"},
		{"for range m { use(1) }", ""},
		{"for _, v := range list { use(v) }", ""},
		{"for k := range m { use(k) } //house:ordered the sum does not depend on it", ""},
		{"//house:ordered the sum does not depend on it\n\tfor k := range m { use(k) }", ""},
		{"//house:ordered \n\tfor k := range m { use(k) }", "ranges over a map"},
		{"for k := range maps.Keys(m) { use(k) }", "maps.Keys"},
		{"for _, k := range slices.Sorted(maps.Keys(m)) { use(k) }", ""},
		{"for _, k := range slices.Collect(maps.Values(m)) { use(k) }", "maps.Values"},
	} {
		text := "package p\nimport (\"maps\"; \"slices\")\ntype table map[int]int\nvar m = map[int]int{}\nvar named table\nvar list []int\n" +
			"var _, _ = maps.Keys(m), slices.Sorted[int] //house:ordered keeps the imports in use\nfunc use(int) {}\nfunc f() {\n\t" + plant.body + "\n}\n"
		s := snippet(t, "impl/a.go", text)
		found, err := checkMapOrder([]source{s}, importer.ForCompiler(s.fset, "source", nil))
		if err != nil {
			t.Fatal(err)
		}
		expectFinding(t, plant.body, found, plant.want)
	}
}

func TestCodeThatDoesNotTypeCheckIsReported(t *testing.T) {
	s := snippet(t, "impl/a.go", "package p\nvar x int = \"text\"\n")
	if _, err := checkMapOrder([]source{s}, nil); err == nil {
		t.Error("a package that does not type-check passed")
	}
}

func TestPlantedTopLevelEntriesAreFound(t *testing.T) {
	expectFinding(t, "a stray file", checkTopLevel([]string{"LICENSE", "notes.txt"}), "does not belong")
	expectFinding(t, "the allowed ones", checkTopLevel(topLevel), "")
}
