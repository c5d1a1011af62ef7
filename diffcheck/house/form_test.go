package house

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

const (
	functionLinesMax = 70
	fileLinesMax     = 500
)

// vague are words that say nothing of what a thing is.
var vague = []string{"util", "utils", "helper", "helpers", "manager", "data", "common", "misc"}

// topLevel is what the repository's root may hold.
var topLevel = []string{
	".ci", ".git", ".github", "LICENSE", "README.md", "diffcheck", "docs", "go.mod", "go.sum", "hwtarget",
	"impl", "model", "spec",
}

func checkSizes(s source) []finding {
	if s.isTest() {
		return nil
	}
	var all []finding
	if lines := s.fset.File(s.file.FileStart).LineCount(); lines > fileLinesMax {
		all = append(all, s.found(s.file, "the file has %d lines, more than %d: is it one concept?", lines, fileLinesMax))
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		lines := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1
		if lines > functionLinesMax && !ast.IsGenerated(s.file) { // what a program wrote is one line per field
			all = append(all, s.found(f, "%s has %d lines, more than %d", f.Name.Name, lines, functionLinesMax))
		}
	}
	return all
}

func checkNames(s source) []finding {
	var all []finding
	if slices.Contains(vague, s.file.Name.Name) {
		all = append(all, s.found(s.file, "the package name %s says nothing", s.file.Name.Name))
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.name), ".go"), "_test")
	for _, word := range strings.Split(stem, "_") {
		if slices.Contains(vague, word) {
			all = append(all, s.found(s.file, "the file name %s says nothing", path.Base(s.name)))
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if t, ok := n.(*ast.TypeSpec); ok {
			name := strings.ToLower(t.Name.Name)
			if slices.Contains(vague, name) || strings.HasSuffix(name, "manager") || strings.HasSuffix(name, "helper") {
				all = append(all, s.found(t, "the type name %s says nothing", t.Name.Name))
			}
		}
		return true
	})
	return all
}

var leftOpen = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)

func checkLeftOpen(s source) []finding {
	var all []finding
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if word := leftOpen.FindString(c.Text); word != "" {
				all = append(all, s.found(c, "a comment leaves something open: %s", word))
			}
		}
	}
	return all
}

// checkPanics finds panics that do not say that they cannot happen.
func checkPanics(s source) []finding {
	if s.isTest() {
		return nil
	}
	var all []finding
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "panic" && !strings.HasPrefix(leadingText(call.Args[0]), `BUG: `) {
			all = append(all, s.found(call, `a panic does not begin with "BUG: "`))
		}
		return true
	})
	return all
}

// leadingText is the literal that a string expression begins with: of
// "a" + x it is a, of fmt.Sprintf("a %d", x) too.
func leadingText(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.BasicLit:
		if x.Kind == token.STRING {
			return x.Value[1 : len(x.Value)-1]
		}
	case *ast.BinaryExpr:
		return leadingText(x.X)
	case *ast.ParenExpr:
		return leadingText(x.X)
	case *ast.CallExpr:
		if len(x.Args) > 0 {
			return leadingText(x.Args[0])
		}
	}
	return ""
}

func checkTopLevel(entries []string) []finding {
	var all []finding
	for _, name := range entries {
		if !slices.Contains(topLevel, name) {
			all = append(all, finding{at: name, text: "does not belong at the top of the repository"})
		}
	}
	return all
}
