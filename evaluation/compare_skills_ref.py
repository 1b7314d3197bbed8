#!/usr/bin/env python3
"""Compares ctxlint with the published validator of the open Agent Skills specification.

    python3 -m venv venv && venv/bin/pip install skills-ref
    venv/bin/python evaluation/compare_skills_ref.py --ctxlint target/release/ctxlint FOLDER...

Every SKILL.md below the folders is validated by both, each in a folder of its own name. ctxlint runs with
`clients = ["agent-skills"]`, so that it speaks about the specification alone. What both say is reduced to the same
classes; the table counts skills for each class and for each answer, and the list below it holds every skill on which
they differ. Exit code 1 when they differ in a class that is not explained in docs/skills-ref.md.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

from skills_ref import validate

# The beginning of a message of the validator, and its class.
THEIRS = [
    ("SKILL.md must start with", "no frontmatter"),
    ("SKILL.md frontmatter not properly closed", "no frontmatter"),
    ("Invalid YAML", "yaml"),
    ("SKILL.md frontmatter must be", "yaml"),
    ("Missing required field in frontmatter: name", "name missing"),
    ("Field 'name' must be", "name missing"),
    ("Skill name", "name form"),
    ("Directory name", "name and folder"),
    ("Missing required field in frontmatter: description", "description missing"),
    ("Field 'description' must be", "description missing"),
    ("Description exceeds", "description length"),
    ("Field 'compatibility'", "compatibility"),
    ("Compatibility exceeds", "compatibility"),
    ("Unexpected fields", "keys"),
]


def class_of_theirs(message):
    for start, name in THEIRS:
        if message.startswith(start):
            return name
    return "other: " + message[:60]


def class_of_ours(finding):
    lint, message = finding["lint"], finding["message"]
    if lint == "skill-name":
        if "lies in" in message:
            return "name and folder"
        return "name missing" if "requires `name`" in message or "is empty" in message else "name form"
    if lint == "missing-description":
        return "description missing"
    if lint == "long-description":
        return "description length"
    if lint == "invalid-frontmatter":
        return "no frontmatter" if "never closed" in message or "before the" in message else "yaml"
    if lint == "unknown-key":
        return "keys"
    if lint == "invalid-value":
        key = message.split("`")[1]
        if "in brackets" in message:
            return "yaml"
        names = {"name": "name missing", "description": "description missing"}
        return names.get(key, key)
    return "other: " + message[:60]


LINTS = "skill-name missing-description long-description invalid-frontmatter unknown-key invalid-value".split()


def ours(binary, root):
    command = [binary, "--root", root, "--no-cache", "check", "--format", "json", "--fail-on", "never"]
    for lint in LINTS:
        command += ["--only", lint]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"ctxlint failed: {done.stderr}")
    found = collections.defaultdict(set)
    for finding in json.loads(done.stdout)["diagnostics"]:
        found[finding["path"]].add(class_of_ours(finding))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--ctxlint", default="ctxlint")
    arguments = parser.parse_args()
    skills = sorted(path for folder in arguments.folders for path in folder.rglob("SKILL.md"))
    differ = []
    classes = collections.Counter()
    same = 0
    with tempfile.TemporaryDirectory() as root:
        root = pathlib.Path(root)
        (root / "ctxlint.toml").write_text('clients = ["agent-skills"]\ndefault-exclude = false\n')
        places = {}
        for number, path in enumerate(skills):
            place = pathlib.Path(str(number)) / ".claude/skills" / path.parent.name / "SKILL.md"
            (root / place).parent.mkdir(parents=True)
            (root / place).write_bytes(path.read_bytes())
            places[place] = path
        found = ours(arguments.ctxlint, str(root))
        for place, path in places.items():
            try:
                theirs = {class_of_theirs(message) for message in validate((root / place).parent)}
            except Exception as error:  # The validator has no answer for some files.
                theirs = {f"crash: {type(error).__name__}"}
            mine = found[str(place)]
            # Without frontmatter or YAML the validator stops there.
            if theirs & {"no frontmatter", "yaml"}:
                mine = {"no frontmatter" if "no frontmatter" in theirs else "yaml"} if mine else set()
            elif "yaml" in mine:
                mine = mine - {"yaml"} | {"yaml of ours"}
            same += theirs == mine
            for name in theirs & mine:
                classes[name, "both"] += 1
            for name in theirs - mine:
                classes[name, "validator alone"] += 1
            for name in mine - theirs:
                classes[name, "ctxlint alone"] += 1
            if theirs != mine:
                differ.append((path, sorted(theirs - mine), sorted(mine - theirs)))
    print(f"{len(skills)} skills, the same answer on {same}, another on {len(differ)}\n")
    answers = ["both", "validator alone", "ctxlint alone"]
    print("| class | " + " | ".join(answers) + " |\n| --- |" + " --- |" * 3)
    for name in sorted({name for name, _ in classes}):
        print(f"| {name} | " + " | ".join(str(classes[name, answer]) for answer in answers) + " |")
    print()
    for path, theirs, mine in differ:
        print(f"{path}: validator {theirs}, ctxlint {mine}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
