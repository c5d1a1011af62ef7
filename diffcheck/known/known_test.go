package known

import (
	"errors"
	"testing"
)

func TestEmbeddedListParses(t *testing.T) {
	if _, err := Embedded(); err != nil {
		t.Fatal(err)
	}
}

func TestEntryExplains(t *testing.T) {
	l, err := Parse("k", "# c\n\nlinux/x | kernel | 6. | connect = -1 E* (*) | because | link\n")
	if err != nil || len(l.Entries) != 1 {
		t.Fatalf("Parse = %v, %v; want one entry", l, err)
	}
	seen := Sighting{Target: "kernel", Version: "6.18.5", Seen: "connect = -1 EIO (Input/output error)", Rules: []string{"a", "linux/x"}}
	for _, c := range []struct {
		name   string
		change func(*Sighting)
		want   int
	}{
		{"as stated", func(*Sighting) {}, 0},
		{"other target", func(s *Sighting) { s.Target = "impl" }, -1},
		{"other version", func(s *Sighting) { s.Version = "5.15.0" }, -1},
		{"other rule", func(s *Sighting) { s.Rules = []string{"a"} }, -1},
		{"other outcome", func(s *Sighting) { s.Seen = "connect = 0" }, -1},
	} {
		s := seen
		c.change(&s)
		if got := l.Find(&s); got != c.want {
			t.Errorf("%s: Find = %d, want %d", c.name, got, c.want)
		}
	}
}

func TestParseSaysWhereItFails(t *testing.T) {
	for text, want := range map[string][2]int{
		"a | b | c":                  {1, 10},
		"# x\na | b |   | d | e | f": {2, 9},
	} {
		_, err := Parse("file", text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Line != want[0] || syntax.Column != want[1] {
			t.Errorf("Parse(%q) = %v, want an error at %d:%d", text, err, want[0], want[1])
		}
	}
}

func TestSeenPattern(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"abc", "abc", true}, {"abc", "abcd", false}, {"a*", "abc", true}, {"*c", "abc", true},
		{"a*b*c", "axxbyyc", true}, {"a*b*c", "axxc", false}, {"*", "", true}, {"a*a", "a", false},
	} {
		if got := matches(c.pattern, c.text); got != c.want {
			t.Errorf("matches(%q, %q) = %v, want %v", c.pattern, c.text, got, c.want)
		}
	}
}
