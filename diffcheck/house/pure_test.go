package house

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
)

// clocks are the functions of package time that read or wait for a clock.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

// seeded are the functions of math/rand and math/rand/v2 that make a generator
// from a seed; the others draw from a global one.
var seeded = []string{"New", "NewSource", "NewZipf", "NewPCG", "NewChaCha8"}

// checkPure finds what would make a pure package depend on more than its
// arguments: clocks, goroutines, channels, global randomness.
func checkPure(s source) []finding {
	if !s.pure() {
		return nil
	}
	var all []finding
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			all = append(all, s.found(n, "a pure package starts a goroutine"))
		case *ast.ChanType:
			all = append(all, s.found(n, "a pure package has a channel type"))
		case *ast.SendStmt, *ast.SelectStmt:
			all = append(all, s.found(n, "a pure package uses a channel"))
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				all = append(all, s.found(n, "a pure package receives from a channel"))
			}
		case *ast.SelectorExpr:
			switch pkg := s.packageOf(n.X); {
			case pkg == "time" && slices.Contains(clocks, n.Sel.Name):
				all = append(all, s.found(n, "a pure package uses time.%s: pass the time in", n.Sel.Name))
			case within(pkg, "math/rand") && ast.IsExported(n.Sel.Name) && !slices.Contains(seeded, n.Sel.Name) && !isRandType(n.Sel.Name):
				all = append(all, s.found(n, "a pure package uses the global generator (rand.%s): pass one in", n.Sel.Name))
			}
		}
		return true
	})
	return all
}

// isRandType tells the types of the rand packages from their functions.
func isRandType(name string) bool {
	return slices.Contains([]string{"Rand", "Source", "Source64", "Zipf", "PCG", "ChaCha8"}, name)
}

// packageOf is the import path that the expression names a package by, or "".
func (s source) packageOf(x ast.Expr) string {
	id, ok := x.(*ast.Ident)
	if !ok {
		return ""
	}
	for _, spec := range s.file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(imported)
		if name == "v2" {
			name = path.Base(path.Dir(imported))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == id.Name {
			return imported
		}
	}
	return ""
}

// orderedMark excuses a range over a map whose order does not show. It stands
// on the line of the loop or the one before, with the reason behind it.
const orderedMark = "//house:ordered "

// checkMapOrder finds loops over maps in the files of one pure package. The
// files must have been parsed with one file set.
func checkMapOrder(files []source, imports types.Importer) ([]finding, error) {
	info := types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	var parsed []*ast.File
	for _, s := range files {
		parsed = append(parsed, s.file)
	}
	config := types.Config{Importer: imports}
	if _, err := config.Check(files[0].dir(), files[0].fset, parsed, &info); err != nil {
		return nil, fmt.Errorf("%s does not type-check: %w", files[0].dir(), err)
	}
	var all []finding
	for _, s := range files {
		excused := s.orderedLines()
		sorted := map[ast.Node]bool{}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if n == nil || excused[s.fset.Position(n.Pos()).Line] {
				return n != nil
			}
			switch n := n.(type) {
			case *ast.RangeStmt:
				_, isMap := under(info.Types[n.X].Type).(*types.Map)
				if isMap && (n.Key != nil || n.Value != nil) {
					all = append(all, s.found(n, "a pure package ranges over a map: the order shows"))
				}
			case *ast.CallExpr:
				called, _ := n.Fun.(*ast.SelectorExpr)
				if called == nil {
					break
				}
				pkg, name := s.packageOf(called.X), called.Sel.Name
				if pkg == "slices" && strings.HasPrefix(name, "Sorted") && len(n.Args) > 0 {
					sorted[n.Args[0]] = true
				}
				if pkg == "maps" && slices.Contains([]string{"All", "Keys", "Values"}, name) && !sorted[n] {
					all = append(all, s.found(n, "a pure package goes through a map by maps.%s: the order shows", name))
				}
			}
			return true
		})
	}
	return all, nil
}

func under(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

// orderedLines gives the lines that an orderedMark with a reason excuses.
func (s source) orderedLines() map[int]bool {
	lines := map[int]bool{}
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if reason, ok := strings.CutPrefix(c.Text, orderedMark); ok && strings.TrimSpace(reason) != "" {
				line := s.fset.Position(c.Pos()).Line
				lines[line], lines[line+1] = true, true
			}
		}
	}
	return lines
}

// exportData gives an importer that reads what the go command has compiled for
// the packages and everything they import.
func exportData(fset *token.FileSet, patterns ...string) (types.Importer, error) {
	list := exec.Command("go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}"}, patterns...)...)
	list.Dir = root
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -export: %w", err)
	}
	compiled := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		compiled[name] = file
	}
	open := func(name string) (io.ReadCloser, error) {
		if compiled[name] == "" {
			return nil, fmt.Errorf("no export data for %s", name)
		}
		return os.Open(compiled[name])
	}
	return importer.ForCompiler(fset, "gc", open), nil
}
