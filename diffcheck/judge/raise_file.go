package judge

import (
	"strings"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
)

// raiseFile is the command that makes a change of the file system.
func raiseFile(f *model.FileChange) script.Env {
	n := raised()
	s := script.FileChange{Path: n.text(&f.Path)}
	for verb, as := range fileVerbs { //house:ordered each verb is there once
		if as == f.Verb {
			s.Verb = script.FileVerb(verb)
		}
	}
	switch f.Verb {
	case model.FileChmod:
		s.Mode = 0o700
		if f.Flags&model.NoWrite != 0 {
			s.Mode &^= 0o200
		}
		if f.Flags&model.NoSearch != 0 {
			s.Mode &^= 0o100
		}
	case model.FileSymlink:
		s.Target = n.text(&f.To)
		if f.Flags&model.Relative == 0 {
			s.Target = "/" + s.Target
		}
	case model.FileLink, model.FileRename:
		s.To = n.text(&f.To)
	}
	return script.FileEnv(s)
}

// text is the spelling of a path.
func (n *names) text(p *model.Path) string {
	var parts []string
	for _, part := range p.Parts {
		name := ""
		switch c := part.Comp; {
		case c == model.CompNone:
			continue
		case c == model.CompDot:
			name = "."
		case c == model.CompDotDot:
			name = ".."
		case c == model.CompLong:
			name = strings.Repeat("x", 256) // more than NAME_MAX
		case int(c-model.CompFirst) < len(n.unix.comps):
			name = n.unix.comps[c-model.CompFirst]
		}
		for range part.Times {
			parts = append(parts, name)
		}
	}
	text := strings.Join(parts, "/")
	if p.Slash {
		text += "/"
	}
	return text
}
