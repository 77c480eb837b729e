"""What a message asks for, read by code before any model sees it: names, values, conditions, whose words they are.

One file for each kind of thing that is read; ``message.py`` puts them together, ``menu.py`` says what a model may pick.
Nothing here acts or answers.
"""
