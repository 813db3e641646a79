"""Determinations that were written before answers were kept apart: one answer for each benefit and verdict of a run."""

from django.db import migrations

ANSWERS = """
INSERT INTO policies_runanswer (run_id, place, policy, benefit, verdict, failed, persons, amount_fen)
SELECT run_id, ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY policy, benefit, verdict), policy, benefit, verdict, 0,
    COUNT(*), SUM(CASE WHEN verdict = 'yes' THEN amount_fen ELSE 0 END)
FROM policies_determination GROUP BY run_id, policy, benefit, verdict
"""
POINTED = """
UPDATE policies_determination SET answer_id = (
    SELECT a.id FROM policies_runanswer a WHERE a.run_id = policies_determination.run_id
    AND a.policy = policies_determination.policy AND a.benefit = policies_determination.benefit
    AND a.verdict = policies_determination.verdict)
"""
PEOPLE = """
INSERT INTO policies_runperson (run_id, person_id, snapshot_id, answers)
SELECT run_id, person_id, MIN(snapshot_id), %s FROM policies_determination WHERE snapshot_id IS NOT NULL
GROUP BY run_id, person_id
"""
BACK = """
UPDATE policies_determination SET
    run_id = (SELECT a.run_id FROM policies_runanswer a WHERE a.id = policies_determination.answer_id),
    policy = (SELECT a.policy FROM policies_runanswer a WHERE a.id = policies_determination.answer_id),
    benefit = (SELECT a.benefit FROM policies_runanswer a WHERE a.id = policies_determination.answer_id),
    verdict = (SELECT a.verdict FROM policies_runanswer a WHERE a.id = policies_determination.answer_id),
    snapshot_id = (
        SELECT p.snapshot_id FROM policies_runperson p JOIN policies_runanswer a ON a.run_id = p.run_id
        WHERE a.id = policies_determination.answer_id AND p.person_id = policies_determination.person_id)
"""
UNFINISHED = """
DELETE FROM policies_determination WHERE answer_id IN (
    SELECT a.id FROM policies_runanswer a JOIN policies_sweeprun r ON r.id = a.run_id WHERE r.finished_at IS NULL)
"""


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(ANSWERS)
        cursor.execute(POINTED)
        cursor.execute(PEOPLE, [b""])


def empty(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(UNFINISHED)
        cursor.execute(BACK)
        cursor.execute("UPDATE policies_determination SET answer_id = NULL")
        cursor.execute("DELETE FROM policies_runperson")
        cursor.execute("DELETE FROM policies_runanswer")


class Migration(migrations.Migration):
    dependencies = [("policies", "0005_answers_of_a_run")]

    operations = [migrations.RunPython(fill, empty)]
