package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/connspec/connspec"
	root   = "../.." // of the repository, from this package
)

// source is one Go file of the tree.
type source struct {
	name string // path from the root of the repository, with slashes
	fset *token.FileSet
	file *ast.File
}

func (s source) dir() string  { return path.Dir(s.name) }
func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// layer is the top directory of the file, which is what the rules speak of.
func (s source) layer() string {
	first, _, _ := strings.Cut(s.name, "/")
	return first
}

// pure reports whether the file belongs to the packages that are functions of
// their arguments: spec, model, and impl but for its bridge to package net.
func (s source) pure() bool {
	if s.isTest() || within(s.dir(), "impl/netconn") {
		return false
	}
	return slices.Contains([]string{"spec", "model", "impl"}, s.layer())
}

// within reports whether the slash path p is dir or lies in it.
func within(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// finding is one breach of a rule.
type finding struct {
	at   string // file:line
	text string
}

func (s source) found(n ast.Node, format string, args ...any) finding {
	line := s.fset.Position(n.Pos()).Line
	return finding{at: fmt.Sprintf("%s:%d", s.name, line), text: fmt.Sprintf(format, args...)}
}

// readTree parses every Go file of the repository.
func readTree(t *testing.T) []source {
	t.Helper()
	var tree []source
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if file != root && (strings.HasPrefix(name, ".") || name == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		s, err := parse(fset, filepath.ToSlash(relative), string(text))
		tree = append(tree, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func parse(fset *token.FileSet, name, text string) (source, error) {
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	return source{name: name, fset: fset, file: file}, err
}
