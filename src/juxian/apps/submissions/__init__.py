"""Submissions (提交): a form that creates or pays is carried out once, however often it is sent."""
